// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `import` of a large tar file and of a whole `load` of the
 * image it makes, against other engines and against `tar xf`:
 * `deno run -A tests/bench/load.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program.
 *
 * @module
 */
import {
  type Contender,
  outputOf,
  perform,
  Scratch,
  versionOf,
} from "./support/contender.ts";
import {
  dockerEngine,
  type Engine,
  ifInstalled,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { compare } from "./support/results.ts";
import { makeArchive } from "./unpack.ts";

const ROUNDS = 5;
/** As the archive that is loaded calls it. */
const NAME = "bench-load:latest";

/** An engine taking an image in; between rounds it is removed. */
function intakeOf(
  engine: Engine,
  what: string,
  ...words: readonly string[]
): Contender {
  return {
    name: `${engine.name}, ${what}`,
    version: engine.version,
    command: () => engine.command(...words),
    after: () => perform(engine.command("rmi", "-f", NAME)),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** GNU tar, which keeps no copy and takes no digest. */
async function tarContender(archive: string): Promise<Contender> {
  const scratch = await Scratch.make();
  const target = `${scratch.path}/target`;
  await Deno.mkdir(target);
  return {
    name: "tar xf",
    version: await versionOf("tar"),
    command: () => ({ program: "tar", args: ["-C", target, "-xf", archive] }),
    async after(): Promise<void> {
      await Deno.remove(target, { recursive: true });
      await Deno.mkdir(target);
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** What `save` makes of the image of a tar file. */
async function saveImage(
  program: string,
  archive: string,
  directory: string,
): Promise<string> {
  const target = `${directory}/saved.tar`;
  const roots = ["--root", `${directory}/root`, "--run-root"];
  roots.push(`${directory}/run`);
  await outputOf(program, ...roots, "import", archive, NAME);
  await outputOf(program, ...roots, "save", "-o", target, NAME);
  await Deno.remove(`${directory}/root`, { recursive: true });
  return target;
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const program = programPath();
  const small = imagePath();
  await using scratch = await Scratch.make();
  const archive = await makeArchive(scratch.path);
  const saved = await saveImage(program, archive, scratch.path);
  const load = ["load", "-i", saved];
  const entries = [
    await tarContender(archive),
    intakeOf(
      await tsdockerEngine(program, small),
      "import",
      ...["import", archive, NAME],
    ),
    intakeOf(await tsdockerEngine(program, small), "load", ...load),
    await ifInstalled(
      ["podman", "runc"],
      async () => intakeOf(await podmanEngine(small), "load", ...load),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => intakeOf(await dockerEngine(small), "load", ...load),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["tar xf", "podman, load", "docker, load"],
      bars: [
        {
          name: "tsdocker (native), import",
          against: "tar xf",
          atMost: 1.5,
        },
        {
          name: "tsdocker (native), load",
          against: "podman, load",
          atMost: 0.5,
        },
      ],
    }),
  );
  const { size } = await Deno.stat(archive);
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      `process. The tar file has ${(size / 1024 ** 2).toFixed(0)} MiB in ` +
      "52,000 files, on a new ext4 of their own; nobody syncs. tar keeps no " +
      "copy and takes no digest.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
