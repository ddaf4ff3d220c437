// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `run --rm --network none IMAGE true`, against other
 * engines: `deno run -A tests/bench/run.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { runc, runToEnd } from "./support/contenders.ts";
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
    runToEnd(await tsdockerEngine(program, image, "native")),
    runToEnd(await tsdockerEngine(program, image, "reinvoke")),
    await ifInstalled(["runc", "tar"], () => runc(image)),
    await ifInstalled(
      ["podman", "runc"],
      async () => runToEnd(await podmanEngine(image)),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => runToEnd(await dockerEngine(image)),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["runc", "podman"],
      bars: [
        { name: "tsdocker (native)", against: "runc", atMost: 2.0 },
        { name: "tsdocker (native)", against: "podman", atMost: 0.3 },
      ],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      "process from its start to its end, without a terminal, with the image " +
      "unpacked before. runc is given a bundle with the same files in a plain " +
      "directory: it makes no layer, keeps no record and finds no image. podman " +
      "and docker import the image once; docker's daemon runs on.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
