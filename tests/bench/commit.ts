// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `commit` of one changed file, on a small image and on a
 * large one, against other engines:
 * `deno run -A tests/bench/commit.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the small image.
 *
 * @module
 */
import { outputOf, Scratch } from "./support/contender.ts";
import { commitIn } from "./support/contenders.ts";
import {
  dockerEngine,
  ifInstalled,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { compare } from "./support/results.ts";

const ROUNDS = 20;
const LARGE_MIB = 1024;

/** The small image with a gigabyte of files that nothing can pack. */
async function makeLarge(image: string, directory: string): Promise<string> {
  const root = `${directory}/large`;
  await Deno.mkdir(root);
  await outputOf("tar", "-xf", image, "-C", root);
  await outputOf(
    ...["sh", "-c", `head -c ${LARGE_MIB}M /dev/urandom >"$0/random"`, root],
  );
  const path = `${directory}/large.tar`;
  await outputOf("tar", "-cf", path, "-C", root, ".");
  await Deno.remove(root, { recursive: true });
  return path;
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const program = programPath();
  const small = imagePath();
  await using scratch = await Scratch.make();
  const large = await makeLarge(small, scratch.path);
  const onSmall = commitIn(await tsdockerEngine(program, small), "small");
  const onLarge = commitIn(await tsdockerEngine(program, large), "1 GiB");
  const entries = [
    await onSmall,
    await onLarge,
    await ifInstalled(
      ["podman", "runc"],
      async () => await commitIn(await podmanEngine(large), "1 GiB"),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => await commitIn(await dockerEngine(large), "1 GiB"),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["podman, 1 GiB", "docker, 1 GiB"],
      bars: [{
        name: "tsdocker (native), 1 GiB",
        against: "tsdocker (native), small",
        atMost: 1.25,
      }],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      "process. The container has written one file and does not run.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
