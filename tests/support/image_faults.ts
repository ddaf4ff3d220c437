/**
 * Kills and signals that hit commands which add to the image store or remove
 * from it, at random moments, and what has to be true after each of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { namesIn, type Place, type Running } from "./cli.ts";
import { packImage, unpackImage } from "./images.ts";
import { Random } from "./random.ts";
import { remains } from "./remains.ts";

/** The image that is made and removed again and again. */
export const VICTIM = "victim:1";

/** What a file of the image says, and so what the image prints. */
const MARK = "here\n";

/** Repeats a run of the tests: a failure tells it. */
const SEED = Number(
  Deno.env.get("FAULT_SEED") ?? crypto.getRandomValues(new Uint16Array(1))[0],
);

/** Enough that most of a command is spent on them. */
const SMALL_FILES = 200;
const LARGE_BYTES = 1024 * 1024;

/** What hits: the program alone, or all that it has started, too. */
export type Blow = "kill" | "kill all" | "signal" | "signal all";

const ENDINGS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

/** A command to be hit. */
export interface ImageFault {
  readonly words: readonly string[];
  /** What is done before each time, to its end. */
  readonly before?: readonly (readonly string[])[];
  /** What has to be possible whatever has happened. */
  readonly after?: readonly (readonly string[])[];
  /** What the command may say when it is run again; `undefined`: nothing. */
  readonly done?: RegExp;
  /** The image that is there afterwards; absent: none is. */
  readonly makes?: string;
  /** Whether what is half removed is left to the next command, as trees take long. */
  readonly sweeps?: true;
  /** Whether what has been downloaded may stay until it is pruned. */
  readonly resumes?: true;
}

/** Files of an image, as a directory and as an archive of it. */
export async function makeFiles(
  { work }: Place,
): Promise<{ readonly directory: string; readonly archive: string }> {
  const names = Array.from({ length: SMALL_FILES }, (_, at) => `etc/file${at}`);
  const random = new Random(1);
  const large = new Uint8Array(LARGE_BYTES).map(() => random.below(256));
  const directory = await unpackImage(`${work}/files`, {
    ...Object.fromEntries(names.map((name) => [name, name])),
    mark: MARK,
    large,
  });
  const archive = `${work}/files.tar`;
  await packImage(directory, archive);
  return { directory, archive };
}

/** Everything in the store, but for what is below unpacked layers. */
export async function contentOf({ root }: Place): Promise<string[]> {
  const parts = [
    ...["blobs", "blobs/sha256", "layers"],
    ...["manifests", "references", "sources"],
  ];
  const paths = await Promise.all(
    parts.map(async (part) =>
      (await namesIn(`${root}/${part}`)).map((name) => `${part}/${name}`)
    ),
  );
  return paths.flat().filter((path) => path !== "blobs/sha256");
}

/** Whatever has a name that is not its last. */
export async function unfinished(place: Place): Promise<string[]> {
  const pattern = /\/\.|\.lock$|[.~](?:new-?)?\d+$/;
  return (await contentOf(place)).filter((path) => pattern.test(path));
}

/**
 * Lets blows hit a command, each at another moment, and checks after each that
 * the store is whole, that the command can be run again, and that nothing is
 * left once all has been removed.
 *
 * @param blows As many as there are rounds.
 * @throws {AssertionError} That tells the seed, the round and the moment.
 */
export async function strikeImages(
  place: Place,
  fault: ImageFault,
  blows: readonly Blow[],
): Promise<void> {
  const random = new Random(SEED);
  const clean = await contentOf(place);
  const times = blows.length > 4 ? 2 : 1;
  const lengthMs = await measure(place, fault, { clean, times });
  for (const [round, blow] of blows.entries()) {
    const momentMs = random.next() * lengthMs;
    try {
      await strikeOnce(place, fault, { blow, momentMs, random });
      await cleanUp(place, clean);
    } catch (error) {
      const what = `FAULT_SEED=${SEED}, round ${round}, ${blow} after ${
        momentMs.toFixed(1)
      } of ${lengthMs.toFixed(0)} ms`;
      throw new Error(what, { cause: error });
    }
  }
}

/** How long the command takes unharmed; the second time, all is warmed up. */
async function measure(
  place: Place,
  fault: ImageFault,
  { clean, times }: { readonly clean: readonly string[]; times: number },
): Promise<number> {
  let lengthMs = 0;
  for (let time = 0; time < times; time++) {
    for (const words of fault.before ?? []) await succeed(place, words);
    const start = performance.now();
    await succeed(place, fault.words);
    lengthMs = performance.now() - start;
    await cleanUp(place, clean);
  }
  return lengthMs;
}

interface Strike {
  readonly blow: Blow;
  readonly momentMs: number;
  readonly random: Random;
}

async function strikeOnce(
  place: Place,
  fault: ImageFault,
  { blow, momentMs, random }: Strike,
): Promise<void> {
  for (const words of fault.before ?? []) await succeed(place, words);
  // In a session of its own, which a blow can hit as a whole.
  const running = place.start(fault.words, { wrapper: ["setsid"] });
  // Not waiting for something, but hitting at any moment is the purpose.
  await new Promise((resolve) => setTimeout(resolve, momentMs));
  const isKill = blow.startsWith("kill");
  const signal = isKill ? "SIGKILL" : random.pick(ENDINGS);
  hit(running, signal, blow.endsWith("all") ? "all" : "one");
  const code = await running.status();
  const stderr = await running.stderr.rest();
  await running.end();
  assert.doesNotMatch(stderr, /Internal error/);
  if (!isKill) {
    assert.ok([0, 130, 143].includes(code), `${code}: ${stderr}`);
    if (fault.sweeps === true) await succeed(place, ["images", "-q"]);
    await assertTidy(place, fault);
  }
  for (const words of fault.after ?? []) await succeed(place, words);
  await assertWhole(place);
  // What nobody repeats has to go, too.
  if (random.once(3)) return;
  const { code: again, stderr: why } = await place.tsdocker(...fault.words);
  assert.ok(again === 0 || fault.done?.test(why), why);
  await assertWhole(place);
  if (fault.makes !== undefined) await assertRuns(place, fault.makes);
}

/** Asserts that nothing is left of what was under way, without any help. */
async function assertTidy(
  place: Place,
  { resumes }: ImageFault,
): Promise<void> {
  // What the program has started ends when it notices.
  assert.deepEqual(await strangers(place), []);
  const left = await unfinished(place);
  // Of a download, what was unpacking ends a little later than the program.
  const mayStay = (path: string): boolean =>
    resumes === true && /^(?:blobs\/\.(?:partial|lock)-|layers\/\.)/.test(path);
  assert.deepEqual(left.filter((path) => !mayStay(path)), []);
}

/** What remains that is not of a container that is to be there. */
async function strangers(place: Place): Promise<string[]> {
  if ((await place.containers()).length === 0) return await remains(place);
  return [];
}

function hit(running: Running, signal: Deno.Signal, whom: Whom): void {
  try {
    Deno.kill(whom === "all" ? -running.pid : running.pid, signal);
  } catch (error) {
    // It has ended, or the session is not there yet.
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof TypeError;
    if (!isGone) throw error;
    if (whom === "all") hit(running, signal, "one");
  }
}

type Whom = "one" | "all";

/** Asserts that every digest in the store is right. */
export async function assertWhole(place: Place): Promise<void> {
  const { code, stderr } = await place.tsdocker("image", "verify");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

/** Asserts that an image has the files that were made for it. */
export async function assertRuns(place: Place, image: string): Promise<void> {
  assert.deepEqual(await place.run("--rm", image, "cat", "/mark"), {
    code: 0,
    stdout: MARK,
    stderr: "",
  });
}

/** Asserts that ordinary commands leave nothing but what was there before. */
export async function cleanUp(
  place: Place,
  clean: readonly string[],
): Promise<void> {
  await succeed(place, ["image", "prune", "-a", "-f"]);
  assert.deepEqual(await contentOf(place), clean);
  assert.deepEqual(await strangers(place), []);
}

/** Runs a command that has nothing to say. */
export async function succeed(
  place: Place,
  words: readonly string[],
): Promise<void> {
  const { code, stderr } = await place.tsdocker(...words);
  const what = words.join(" ");
  assert.deepEqual({ what, code, stderr }, { what, code: 0, stderr: "" });
}
