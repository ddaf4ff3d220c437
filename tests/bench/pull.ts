// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `pull` from a registry on this machine, unpacked and
 * ready to run, against other engines: `deno run -A tests/bench/pull.ts
 * [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the lowest layer.
 *
 * @module
 */
import { DockerRegistry } from "../support/docker_registry.ts";
import { addRegistryImage } from "../support/registry_image.ts";
import { TestRegistry } from "../support/registry.ts";
import { archive, file } from "../support/tar_builder.ts";
import {
  type Contender,
  outputOf,
  perform,
  Scratch,
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

const ROUNDS = 10;
const LAYERS = 4;
const FILES = 1_000;
const FILE_BYTES = 20_000;
const NAME = "bench/app:1";

/** A layer of files of which about half can be packed. */
function layer(number: number): Uint8Array {
  const noise = crypto.getRandomValues(new Uint8Array(FILE_BYTES / 2));
  const files = Array.from({ length: FILES }, (_, at) => {
    const content = new Uint8Array(FILE_BYTES);
    content.set(noise.subarray(at % 100));
    return file(`srv/${number}/${at % 40}/file${at}`, content);
  });
  return archive(...files);
}

/** Fills the registry by way of one of ours, which another program can read. */
async function fill(host: string, image: string): Promise<number> {
  await using source = new TestRegistry();
  const { layers } = await addRegistryImage(source, NAME, {
    layers: [
      await Deno.readFile(image),
      ...Array.from({ length: LAYERS }, (_, number) => layer(number)),
    ],
  });
  await outputOf(
    "skopeo",
    ...["copy", "--src-tls-verify=false", "--dest-tls-verify=false"],
    `docker://${source.host}/${NAME}`,
    `docker://${host}/${NAME}`,
  );
  return layers.reduce((sum, { size }) => sum + size, 0);
}

/** An engine that pulls, and forgets what it has pulled. */
function pulling(
  engine: Engine,
  { pull, forget }: {
    readonly pull: readonly string[];
    readonly forget: readonly string[];
  },
): Contender {
  return {
    name: engine.name.replace(/ \(.*/, ""),
    version: engine.version,
    command: () => engine.command("pull", "-q", ...pull),
    after: () => perform(engine.command(...forget)),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const image = imagePath();
  await using scratch = await Scratch.make();
  await using registry = await DockerRegistry.start(scratch.path, "open");
  // By its address, which all take for this machine.
  const host = registry.host.replace("localhost", "127.0.0.1");
  const bytes = await fill(host, image);
  const name = `${host}/${NAME}`;
  const entries = [
    pulling(await tsdockerEngine(programPath(), image), {
      pull: [name],
      forget: ["image", "prune", "-a", "-f"],
    }),
    await ifInstalled(
      ["podman", "runc"],
      async () =>
        pulling(await podmanEngine(image), {
          pull: ["--tls-verify=false", name],
          forget: ["rmi", "-f", name],
        }),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      async () =>
        pulling(await dockerEngine(image), {
          pull: [name],
          forget: ["rmi", "-f", name],
        }),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["podman", "docker"],
      bars: [{ name: "tsdocker", against: "podman", atMost: 1 }],
    }),
  );
  const megabytes = Math.round(bytes / 1e6);
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      `process: ${LAYERS + 1} layers of gzip, ${megabytes} MB, with ` +
      `${LAYERS * FILES} files, from Debian's docker-registry on this ` +
      "machine, verified and unpacked on a new ext4 of their own. The image is " +
      "removed before the next pull, which is not counted.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
