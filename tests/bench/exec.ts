// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `exec CONTAINER true`, against other engines and a Deno
 * that does nothing: `deno run -A tests/bench/exec.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { emptyDeno, execIn } from "./support/contenders.ts";
import {
  dockerEngine,
  ifInstalled,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { compare } from "./support/results.ts";

const ROUNDS = 40;

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const program = programPath();
  const image = imagePath();
  const entries = [
    await execIn(await tsdockerEngine(program, image, "native")),
    await execIn(await tsdockerEngine(program, image, "reinvoke")),
    await emptyDeno(),
    await ifInstalled(
      ["podman", "runc"],
      async () => await execIn(await podmanEngine(image)),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => await execIn(await dockerEngine(image)),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["empty Deno", "podman", "docker"],
      bars: [
        { name: "tsdocker (native)", against: "empty Deno", atMost: 1.5 },
        { name: "tsdocker (native)", against: "podman", atMost: 0.35 },
      ],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      "process from its start to its end, without a terminal. The empty Deno " +
      "runs a file with nothing in it.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
