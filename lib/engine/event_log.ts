/**
 * Reads the log of events: what is in it, and what comes.
 *
 * @module
 */
import type { HostPaths } from "../base/host_paths.ts";
import { eventLogPath, type RecordedEvent } from "./events.ts";

type EventPaths = Pick<HostPaths, "events">;

/** How every record begins; inside of one, its quotes would be escaped. */
const BEGINNING = '{"time":';
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads one line of the log.
 *
 * @returns `undefined` for a line that a full disk or a power cut has damaged;
 * what was appended to such a line is found.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const line = '{"time":7,"type":"container","action":"start","id":"ab","attributes":{}}';
 * assert.equal(parseEvent(`{"time":6,"ty${line}`)?.time, 7);
 * assert.equal(parseEvent('{"time":6,"ty'), undefined);
 * ```
 */
export function parseEvent(line: string): RecordedEvent | undefined {
  const start = line.lastIndexOf(BEGINNING);
  if (start < 0) return undefined;
  try {
    return JSON.parse(line.slice(start)) as RecordedEvent;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The events of both logs, the oldest first. */
export function* readEvents(paths: EventPaths): Generator<RecordedEvent> {
  const path = eventLogPath(paths);
  for (const log of [`${path}.1`, path]) {
    using reader = LogReader.open(log);
    if (reader !== undefined) yield* reader.read();
  }
}

/** What of events is followed. */
export interface FollowOptions {
  /**
   * Whether those that are there come first. When they were is no help in
   * telling those that come: the clock may be set back.
   */
  readonly from: "beginning" | "now";
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The events of both logs, and then those that come, until told to end. */
export async function* followEvents(
  paths: EventPaths,
  { from, signal }: FollowOptions,
): AsyncGenerator<RecordedEvent> {
  if (signal.aborted) return;
  await Deno.mkdir(paths.events, { recursive: true, mode: 0o700 });
  // Before anything is read, so that nothing comes in between.
  using watcher = Deno.watchFs(paths.events, { recursive: false });
  const close = (): void => watcher.close();
  signal.addEventListener("abort", close);
  using cleanup = new DisposableStack();
  cleanup.defer(() => signal.removeEventListener("abort", close));
  const follower = cleanup.use(new Follower(eventLogPath(paths)));
  if (from === "now") follower.skip();
  yield* follower.read();
  for await (const _change of watcher) yield* follower.read();
}

/** Reads on where it was, and goes on with the new log after a rotation. */
class Follower implements Disposable {
  readonly #path: string;
  #current: LogReader | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Passes over what is there. */
  skip(): void {
    this.#current = LogReader.open(this.#path);
    this.#current?.skip();
  }

  *read(): Generator<RecordedEvent> {
    if (this.#current === undefined) {
      using before = LogReader.open(`${this.#path}.1`);
      if (before !== undefined) yield* before.read();
      this.#current = LogReader.open(this.#path);
    }
    for (;;) {
      const current = this.#current;
      if (current === undefined) return;
      // Asked first: what is written until then is read below.
      const next = current.isNamed(this.#path)
        ? undefined
        : LogReader.open(this.#path);
      yield* current.read();
      if (next === undefined) return;
      current[Symbol.dispose]();
      this.#current = next;
    }
  }

  [Symbol.dispose](): void {
    this.#current?.[Symbol.dispose]();
  }
}

/** An open log, and how far it has been read. */
class LogReader implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #decoder = new TextDecoder();
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  /** The beginning of a line whose end has not been read. */
  #rest = "";

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** @returns `undefined` if there is no such log. */
  static open(path: string): LogReader | undefined {
    try {
      return new LogReader(Deno.openSync(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Whether the path still leads to this log. */
  isNamed(path: string): boolean {
    try {
      return Deno.statSync(path).ino === this.#file.statSync().ino;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Passes over what is there. */
  skip(): void {
    this.#file.seekSync(0, Deno.SeekMode.End);
  }

  /** What has been written since the last time. */
  *read(): Generator<RecordedEvent> {
    for (;;) {
      const length = this.#file.readSync(this.#chunk) ?? 0;
      if (length === 0) return;
      const bytes = this.#chunk.subarray(0, length);
      const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true }))
        .split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = parseEvent(line);
        if (event !== undefined) yield event;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
