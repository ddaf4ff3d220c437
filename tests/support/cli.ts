/**
 * The built program in tests: each test has a place of its own, with roots, a
 * working directory, and a check that nothing is left when it is done.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openPidfd, sendSignal } from "../../ffi/calls/process.ts";
import { emptyCgroups, remains } from "./remains.ts";
import { rootTest } from "./root.ts";

const CHECKOUT = decodeURIComponent(
  new URL("../..", import.meta.url).pathname,
);

/** The program under test. */
export const TSDOCKER = absolute(Deno.env.get("TSDOCKER") ?? "tsdocker");

/** The busybox image. */
export const IMAGE = absolute(
  Deno.env.get("TSDOCKER_TEST_IMAGE") ?? "images/busybox.tar",
);

/** How containers are started; every test of them runs under both. */
export const LAUNCHERS = ["native", "reinvoke"] as const;

/**
 * Which tests run re-invoked: all, or those with names like that. In a guest
 * that runs twenty times slower, a subset has to do.
 */
const REINVOKED = new RegExp(Deno.env.get("TSDOCKER_TEST_REINVOKED") ?? "");

/** One of {@linkcode LAUNCHERS}. */
export type Launcher = typeof LAUNCHERS[number];

/** Overlayfs refuses some file systems for its upper directory, tmpfs with older kernels. */
const PLACES = "/var/tmp";

/** Long enough for a guest that runs twenty times slower. */
export const DEADLINE_MS = Number(
  Deno.env.get("TSDOCKER_TEST_DEADLINE_MS") ?? 60_000,
);

/** How a command ended and what it wrote. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is given besides its arguments. */
export interface Surroundings {
  /** What can be read on stdin; by default it is /dev/null. */
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /** Variables besides the default ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory; by default the place's own. */
  readonly cwd?: string;
  /** Words before the program, such as `setpriv` with its flags. */
  readonly wrapper?: readonly string[];
}

/** What every command of a place is given, besides what it is given itself. */
export type Habits = Pick<Surroundings, "env" | "wrapper">;

/** Directories for one test. */
export class Place implements AsyncDisposable {
  /** What holds everything of this test. */
  readonly directory: string;
  /** `--root`; made by the first command that needs it. */
  readonly root: string;
  /** `--run-root`; as `root`. */
  readonly runRoot: string;
  /** The working directory of commands. */
  readonly work: string;
  readonly #children: Running[] = [];

  private constructor(
    directory: string,
    readonly launcher: Launcher,
    readonly cgroupsBefore: ReadonlySet<string>,
    readonly habits: Habits,
  ) {
    this.directory = directory;
    this.root = `${directory}/root`;
    this.runRoot = `${directory}/run`;
    this.work = `${directory}/work`;
  }

  /** Makes the directories. */
  static async make(launcher: Launcher, habits: Habits = {}): Promise<Place> {
    const directory = await Deno.makeTempDir({ dir: PLACES, prefix: "e2e-" });
    const before = new Set(emptyCgroups());
    const place = new Place(directory, launcher, before, habits);
    await Deno.mkdir(place.work);
    return place;
  }

  /** The environment of every command, and nothing else of ours. */
  get env(): Record<string, string> {
    return {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: this.work,
      TERM: "xterm",
      TSDOCKER_LAUNCHER: this.launcher,
      // Tests of networks choose theirs; the others leave the host's alone.
      TSDOCKER_NETWORK: "none",
      TSDOCKER_RUNTIME_DIR: Deno.env.get("TSDOCKER_RUNTIME_DIR") ??
        `${CHECKOUT}.cache/test-runtime`,
      ...this.habits.env,
    };
  }

  /** The program's arguments, with the roots before them. */
  args(words: readonly string[]): string[] {
    return ["--root", this.root, "--run-root", this.runRoot, ...words];
  }

  /** What runs `tsdocker WORDS…` here: the first is a path, or found in PATH. */
  commandOf(
    words: readonly string[],
    wrapper: readonly string[] = [],
  ): [string, ...string[]] {
    const [program = TSDOCKER, ...rest] = [
      ...(this.habits.wrapper ?? []),
      ...wrapper,
      TSDOCKER,
    ];
    return [program, ...rest, ...this.args(words)];
  }

  /** Runs `tsdocker WORDS…` to its end, without input. */
  tsdocker(...words: string[]): Promise<Outcome> {
    return this.tsdockerWith({}, words);
  }

  /** Runs `tsdocker WORDS…` to its end. */
  async tsdockerWith(
    surroundings: Surroundings,
    words: readonly string[],
  ): Promise<Outcome> {
    const running = this.start(words, surroundings);
    const [code, stdout, stderr] = await Promise.all([
      running.status(),
      running.stdout.rest(),
      running.stderr.rest(),
      surroundings.stdin === undefined
        ? undefined
        : running.write(surroundings.stdin).then(() => running.closeStdin()),
    ]);
    return { code, stdout, stderr };
  }

  /** Runs `tsdocker run WORDS…` to its end, without input. */
  run(...words: string[]): Promise<Outcome> {
    return this.tsdocker("run", ...words);
  }

  /** Starts `tsdocker WORDS…`. */
  start(words: readonly string[], surroundings: Surroundings = {}): Running {
    const [program, ...args] = this.commandOf(words, surroundings.wrapper);
    const command = new Deno.Command(program, {
      args,
      cwd: surroundings.cwd ?? this.work,
      env: { ...this.env, ...surroundings.env },
      clearEnv: true,
      stdin: surroundings.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    });
    const running = new Running(command.spawn(), `tsdocker ${words.join(" ")}`);
    this.#children.push(running);
    return running;
  }

  /** The ids of all containers, as far as the file system knows. */
  async containers(): Promise<string[]> {
    return await namesIn(`${this.root}/containers`);
  }

  /**
   * Ends what a failed test has left running, and checks that a test that did
   * not fail has left nothing.
   */
  async assertNothingRemains(): Promise<void> {
    assert.deepEqual(await remains(this), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()));
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** A command that runs, or has ended. */
export class Running {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #what: string;
  #hasEnded = false;

  constructor(child: Deno.ChildProcess, what: string) {
    this.#child = child;
    this.#what = what;
    this.stdout = new Output(child.stdout, `stdout of ${what}`);
    this.stderr = new Output(child.stderr, `stderr of ${what}`);
    this.#writer = pipedStdin(child)?.getWriter();
  }

  /** Of the process that was started; the program stays the same process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for its end; 128 + n if a signal ended it. */
  async status(): Promise<number> {
    const timer = setTimeout(() => this.kill("SIGKILL"), DEADLINE_MS);
    try {
      const { code } = await this.#child.status;
      this.#hasEnded = true;
      return code;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Writes to its stdin; that nobody reads it is not an error. */
  async write(bytes: string | Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#writer?.write(
        typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  /** Ends its stdin. */
  async closeStdin(): Promise<void> {
    try {
      await this.#writer?.close();
    } catch (error) {
      // An earlier write has already found it closed.
      const isClosed = error instanceof Deno.errors.BrokenPipe ||
        error instanceof TypeError;
      if (!isClosed) throw error;
    }
  }

  /** Sends a signal by name, or by number as Deno knows no real-time ones. */
  kill(signal: Deno.Signal | number): void {
    if (this.#hasEnded) throw new Error(`${this.#what} has ended`);
    if (typeof signal === "string") return this.#child.kill(signal);
    using pidfd = openPidfd(this.pid);
    sendSignal(pidfd, signal);
  }

  /** Kills it wherever it has come, even to its end; gives its status. */
  async killAnyway(): Promise<number> {
    try {
      this.kill("SIGKILL");
    } catch (error) {
      // Deno's word for a process that has ended and was not waited for.
      if (!(error instanceof TypeError)) throw error;
    }
    return await this.status();
  }

  /** Kills it if need be, and lets go of its streams. */
  async end(): Promise<void> {
    if (!this.#hasEnded) await this.killAnyway();
    await this.#writer?.close().catch(() => undefined);
    await Promise.all([this.stdout.cancel(), this.stderr.cancel()]);
  }
}

/** Deno throws for a stdin that is no pipe. */
function pipedStdin(
  child: Deno.ChildProcess,
): WritableStream<Uint8Array> | undefined {
  try {
    return child.stdin;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** One of the streams a command writes. */
export class Output {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #what: string;
  #text = "";
  readonly #decoder = new TextDecoder();

  constructor(stream: ReadableStream<Uint8Array>, what: string) {
    this.#reader = stream.getReader();
    this.#what = what;
  }

  /** The next line, without its end; a line must come. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const bytes = await this.bytes();
      if (bytes === undefined) {
        throw new Error(`The ${this.#what} ended with ${quote(this.#text)}`);
      }
      this.#text += this.#decoder.decode(bytes, { stream: true });
    }
  }

  /** Everything until the end that has not been read. */
  async rest(): Promise<string> {
    for (;;) {
      const bytes = await this.bytes();
      if (bytes === undefined) return this.#text + this.#decoder.decode();
      this.#text += this.#decoder.decode(bytes, { stream: true });
    }
  }

  /** The next piece as it comes; `undefined` at the end. */
  async bytes(): Promise<Uint8Array | undefined> {
    return (await withDeadline(this.#reader.read(), this.#what)).value;
  }

  /** Closes our side of the pipe. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

/** Fails if something takes far too long. */
export async function withDeadline<T>(
  promise: Promise<T>,
  what: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Nothing came within the deadline: ${what}`)),
      DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks again and again until there is something to see.
 *
 * @param what For the message, should it never come.
 * @param look Gives `undefined` as long as there is nothing.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`It never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Registers a test of containers, once for each way to start them.
 *
 * @param name What it claims.
 * @param body The test; what it leaves in its place makes it fail.
 */
export function forEachLauncher(
  name: string,
  body: (place: Place) => void | Promise<void>,
): void {
  for (const launcher of LAUNCHERS) {
    if (launcher === "reinvoke" && !REINVOKED.test(name)) continue;
    rootTest(`${name} (${launcher})`, () => inPlace(launcher, body));
  }
}

/** Registers a test that does not depend on how containers are started. */
export function placeTest(
  name: string,
  body: (place: Place) => void | Promise<void>,
): void {
  rootTest(name, () => inPlace("native", body));
}

async function inPlace(
  launcher: Launcher,
  body: (place: Place) => void | Promise<void>,
): Promise<void> {
  await useUp(await Place.make(launcher), body);
}

/** Lets a test have something, which has to be as it was when it is done. */
export async function useUp<
  Thing extends {
    assertNothingRemains(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
  },
>(thing: Thing, body: (thing: Thing) => void | Promise<void>): Promise<void> {
  try {
    await body(thing);
    await thing.assertNothingRemains();
  } catch (error) {
    // What went wrong first is what to know.
    await thing[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
  await thing[Symbol.asyncDispose]();
}

/** The names in a directory, sorted; none if there is no directory. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The words that run a script by the image's shell. */
export function shell(script: string): string[] {
  return [IMAGE, "sh", "-c", script];
}

/** Asserts that a command succeeded silently but for its result. */
export function assertPrints(outcome: Outcome, stdout: string): void {
  assert.deepEqual(outcome, { code: 0, stdout, stderr: "" });
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${CHECKOUT}${path}`;
}
