/**
 * What attacks from inside a container have in common: the hostile program,
 * hostile images, and something of the host's to reach for.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  forEachLauncher,
  type Outcome,
  type Place,
  type Surroundings,
} from "./cli.ts";
import { packImage, unpackImage } from "./images.ts";
import { staticProgram } from "./static_program.ts";

const ATTACK = staticProgram({
  source: "escapes/attack.c",
  variable: "TSDOCKER_TEST_ESCAPES",
});

/** Where the hostile program is in its image. */
export const ATTACKER = "/attack";

/** Name and result of each attempt, in order. */
export type Attempts = readonly (readonly [name: string, result: string])[];

/** The hostile program, to be run on the host. */
export async function attackOnHost(place: Place): Promise<string> {
  const path = `${place.directory}/attack`;
  await Deno.writeFile(path, await ATTACK.build(), { mode: 0o755 });
  return path;
}

/**
 * Registers a test that needs the hostile program, under both launchers; it is
 * skipped where that cannot be compiled.
 */
export function attackTest(
  claim: string,
  body: (place: Place) => Promise<void>,
): void {
  const missing = ATTACK.missing();
  if (missing === undefined) return forEachLauncher(claim, body);
  Deno.test({
    name: `${claim} (skipped: needs ${missing})`,
    ignore: true,
    fn: () => undefined,
  });
}

/** An image with the hostile program. */
export async function attackImage(place: Place): Promise<string> {
  const program = await ATTACK.build();
  return await hostileImage(place, async (root) => {
    await Deno.writeFile(`${root}${ATTACKER}`, program, { mode: 0o755 });
  });
}

/**
 * Unpacks the test image and changes it.
 *
 * @param change Given the image's directory, makes it hostile.
 * @returns The directory, which can be run as an image.
 */
export async function hostileImage(
  place: Place,
  change: (root: string) => void | Promise<void>,
): Promise<string> {
  const directory = await Deno.makeTempDir({ dir: place.directory });
  const root = await unpackImage(`${directory}/image`);
  await change(root);
  return root;
}

/** As {@linkcode hostileImage}, packed into a tar file. */
export async function hostileArchive(
  place: Place,
  change: (root: string) => void | Promise<void>,
): Promise<string> {
  const root = await hostileImage(place, change);
  await packImage(root, `${root}.tar`);
  return `${root}.tar`;
}

/** Puts a symbolic link in place of whatever an image has there. */
export async function plantLink(
  root: string,
  path: string,
  target: string,
): Promise<void> {
  await Deno.remove(`${root}${path}`, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const parent = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(`${root}${parent}`, { recursive: true });
  await Deno.symlink(target, `${root}${path}`);
}

/** Reads what the hostile program has told. */
export function attemptsOf({ stdout }: Pick<Outcome, "stdout">): Attempts {
  return stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [, name = line, result = ""] = /^(\S+)\s(.*)$/.exec(line) ?? [];
    return [name, result];
  });
}

/** Runs the hostile program in a container, and gives what came of it. */
export async function attack(
  place: Place,
  flags: readonly string[],
  words: readonly string[],
  surroundings: Surroundings = {},
): Promise<Attempts> {
  const image = await attackImage(place);
  const outcome = await place.tsdockerWith(surroundings, [
    ...["run", "--rm", ...flags, image, ATTACKER, ...words],
  ]);
  assert.equal(outcome.stderr, "");
  return attemptsOf(outcome);
}

/** Files of the host that nothing in a container is meant to reach. */
export class Canary {
  /** Holds a file `secret`, and nothing else. */
  readonly directory: string;
  readonly secret: string;
  readonly #text: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.secret = `${directory}/secret`;
    // Also a line of passwd(5), for whoever takes it for one.
    this.#text = `only for the host: ${directory}\nonly:x:4242:4242::/:\n`;
  }

  /** Makes them. */
  static async make(place: Place): Promise<Canary> {
    const canary = new Canary(`${place.directory}/canary`);
    await Deno.mkdir(canary.directory);
    await Deno.writeTextFile(canary.secret, canary.#text);
    return canary;
  }

  /** Nothing of them was shown. */
  assertUnseen({ stdout, stderr }: Outcome): void {
    assert.doesNotMatch(`${stdout}${stderr}`, /only for the host/);
  }

  /** They are as they were, with nothing added. */
  async assertUntouched(): Promise<void> {
    assert.equal(await Deno.readTextFile(this.secret), this.#text);
    const names = [];
    for await (const { name } of Deno.readDir(this.directory)) names.push(name);
    assert.deepEqual(names, ["secret"]);
  }
}

/** A failure that a person can read: one line, perhaps with advice. */
export function assertRefused(
  { code, stdout, stderr }: Outcome,
  why: RegExp,
): void {
  assert.match(stderr, why);
  assert.match(stderr, /^tsdocker: [^\n]+\n(\ntry: [^\n]+\n)?(See [^\n]+\n)?$/);
  assert.deepEqual({ code, stdout }, { code: 125, stdout: "" });
}

/** Makes a directory with files, by name and text. */
export async function makeDirectory(
  path: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return path;
}

/** As many at a time as there are processors. */
export async function inTurns<T, R>(
  items: readonly T[],
  make: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const width = navigator.hardwareConcurrency;
  for (let at = 0; at < items.length; at += width) {
    results.push(...await Promise.all(items.slice(at, at + width).map(make)));
  }
  return results;
}
