/**
 * What engines are measured at, and what else they are compared with.
 *
 * @module
 */
import {
  type Contender,
  outputOf,
  perform,
  Scratch,
  versionOf,
} from "./contender.ts";
import type { Engine } from "./engines.ts";

/** What every contender runs. */
const PROGRAM = "true";
/** What a container runs that is to go on. */
const LONG_PROGRAM = ["sleep", "1000000"];

/**
 * An engine that runs a container and removes it.
 *
 * @param flags Further flags of `run`.
 */
export function runToEnd(
  engine: Engine,
  flags: readonly string[] = [],
): Contender {
  return {
    name: engine.name,
    version: engine.version,
    command: () => engine.run(["--rm", ...flags], [PROGRAM]),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** A contender whose engine is not disposed of with it. */
export function borrowed(contender: Contender): Contender {
  return { ...contender, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** An engine that starts a container which goes on. */
export function runDetached(engine: Engine): Contender {
  const nameOf = (round: number): string => `bench-${round}`;
  return {
    name: engine.name,
    version: engine.version,
    command: (round) =>
      engine.run(["-d", "--name", nameOf(round)], LONG_PROGRAM),
    after: (round) => perform(engine.remove(nameOf(round))),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** An engine that runs a program in a container which runs. */
export async function execIn(engine: Engine): Promise<Contender> {
  const name = "bench";
  await perform(engine.run(["-d", "--name", name], LONG_PROGRAM));
  return {
    name: engine.name,
    version: engine.version,
    command: () => engine.command("exec", name, PROGRAM),
    async [Symbol.asyncDispose](): Promise<void> {
      await perform(engine.remove(name));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/**
 * An engine that makes an image of a container which has written one file.
 *
 * @param size How large its image is, for the name.
 */
export async function commitIn(
  engine: Engine,
  size: string,
): Promise<Contender> {
  const name = "bench";
  const script = "echo text >/written";
  await perform(engine.run(["--name", name], ["sh", "-c", script]));
  return {
    name: `${engine.name}, ${size}`,
    version: engine.version,
    command: () => engine.command("commit", name),
    async [Symbol.asyncDispose](): Promise<void> {
      await perform(engine.remove(name));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** The Deno we run on with nothing to do. */
export async function emptyDeno(): Promise<Contender> {
  const scratch = await Scratch.make();
  const file = `${scratch.path}/empty.js`;
  await Deno.writeTextFile(file, "");
  const program = Deno.execPath();
  return {
    name: "empty Deno",
    version: await versionOf(program),
    command: () => ({ program, args: ["run", "--no-config", file] }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** runc on the unpacked image: no layers, no records, no image look-up. */
export async function runc(image: string): Promise<Contender> {
  const scratch = await Scratch.make();
  const bundle = `${scratch.path}/bundle`;
  await Deno.mkdir(`${bundle}/rootfs`, { recursive: true });
  await outputOf("tar", "-xf", image, "-C", `${bundle}/rootfs`);
  await outputOf("runc", "spec", "--bundle", bundle);
  const spec = JSON.parse(await Deno.readTextFile(`${bundle}/config.json`));
  spec.process.terminal = false;
  spec.process.args = [PROGRAM];
  spec.root.readonly = false;
  // Raising the hard limit is refused where CAP_SYS_RESOURCE is missing.
  delete spec.process.rlimits;
  await Deno.writeTextFile(`${bundle}/config.json`, JSON.stringify(spec));
  return {
    name: "runc",
    version: await versionOf("runc"),
    command: (round) => ({
      program: "runc",
      args: [
        ...["--root", `${scratch.path}/state`, "run", "--bundle", bundle],
        `tsdocker-bench-${Deno.pid}-${round}`,
      ],
    }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
