// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `run -d --network none IMAGE sleep`, against other
 * engines: `deno run -A tests/bench/detached.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { runDetached } from "./support/contenders.ts";
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
    runDetached(await tsdockerEngine(program, image, "native")),
    runDetached(await tsdockerEngine(program, image, "reinvoke")),
    await ifInstalled(
      ["podman", "runc"],
      async () => runDetached(await podmanEngine(image)),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => runDetached(await dockerEngine(image)),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["podman", "docker"],
      bars: [{ name: "tsdocker (native)", against: "podman", atMost: 0.35 }],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      "process that prints the id once the program has started. The container " +
      "is removed before the next starts, which is not counted.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
