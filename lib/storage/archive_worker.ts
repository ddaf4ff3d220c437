/**
 * Reads an archive on another thread: decompresses it into a pipe and takes
 * the digest of what it holds, while the main thread unpacks. The worker is
 * started from the text of one function, as the program is a single file.
 *
 * @module
 */

/** How an archive file is packed. */
export type Compression = "none" | "gzip" | "zstd";

/** Part of a file, from `start` up to `end`. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** What the worker is told. */
export interface ArchiveJob {
  /** The archive file. */
  readonly input: string;
  readonly compression: Compression;
  /** What to decompress, each on its own: the file, or the frames in it. */
  readonly ranges: readonly FileRange[];
  /** Where to write the decompressed archive, if it is compressed. */
  readonly output: string | undefined;
}

/** What the worker answers: first `opened`, then one of the others. */
export type ArchiveAnswer =
  | { readonly type: "opened" }
  | { readonly type: "digest"; readonly hex: string }
  | { readonly type: "failed"; readonly reason: string };

/** A running worker. */
export interface ArchiveWorker extends Disposable {
  /** Resolves once the worker has both its files open. */
  readonly opened: Promise<void>;
  /**
   * The digest of the archive, decompressed, in hex. It may be awaited late.
   *
   * @throws {Error} With the reason as its message, if the file is corrupt.
   */
  readonly digest: Promise<string>;
}

/** Starts a worker; it ends with its disposal. */
export function startArchiveWorker(job: ArchiveJob): ArchiveWorker {
  const source = `(${archiveWorkerMain.toString()})();`;
  // Deno keeps compiled code by address: that of a blob would be new each time.
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  const opened = Promise.withResolvers<void>();
  const digest = Promise.withResolvers<string>();
  const fail = (reason: string): void => {
    opened.reject(new Error(reason));
    digest.reject(new Error(reason));
  };
  worker.onmessage = ({ data }: MessageEvent<ArchiveAnswer>): void => {
    if (data.type === "opened") opened.resolve();
    else if (data.type === "digest") digest.resolve(data.hex);
    else fail(data.reason);
  };
  worker.onerror = (event): void => {
    event.preventDefault();
    fail(event.message);
  };
  // Whoever awaits them is told; until then a failure is not unhandled.
  opened.promise.catch(() => {});
  digest.promise.catch(() => {});
  worker.postMessage(job);
  return {
    opened: opened.promise,
    digest: digest.promise,
    [Symbol.dispose](): void {
      worker.terminate();
    },
  };
}

/**
 * The worker's program. Its text is all that reaches the worker: it must not
 * name anything of this file, and must need no help of a compiler.
 */
function archiveWorkerMain(): void {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: ArchiveJob }) => void;
    postMessage: (answer: ArchiveAnswer) => void;
  };
  const READ_BYTES = 256 * 1024;

  let output: Deno.FsFile | undefined;

  // Deno throws some errors of zlib where no stream hears of them.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    end({ type: "failed", reason: event.message });
  });
  scope.onmessage = ({ data }): void => {
    run(data).then(
      (hex) => end({ type: "digest", hex }),
      (error) => end({ type: "failed", reason: reasonOf(error) }),
    );
  };

  /** The answer first: whoever sees the pipe end asks for it. */
  function end(answer: ArchiveAnswer): void {
    scope.postMessage(answer);
    output?.close();
    output = undefined;
  }

  async function run(job: ArchiveJob): Promise<string> {
    const input = await Deno.open(job.input);
    if (job.output !== undefined) {
      output = await Deno.open(job.output, { write: true });
    }
    scope.postMessage({ type: "opened" });
    const { createHash } = await import("node:crypto");
    const hash = createHash("sha256");
    const take = (bytes: Uint8Array): void => {
      hash.update(bytes);
      for (let left = bytes; output !== undefined && left.length > 0;) {
        left = left.subarray(output.writeSync(left));
      }
    };
    for (const range of job.ranges) {
      if (job.compression === "none") {
        for (const bytes of pieces(input, range)) take(bytes);
      } else await decompress(input, job.compression, range, take);
    }
    return hash.digest("hex");
  }

  async function decompress(
    input: Deno.FsFile,
    compression: "gzip" | "zstd",
    range: FileRange,
    take: (bytes: Uint8Array) => void,
  ): Promise<void> {
    const zlib = await import("node:zlib");
    const { Readable } = await import("node:stream");
    const options = { chunkSize: READ_BYTES };
    const unpacked = compression === "gzip"
      ? zlib.createGunzip(options)
      : zlib.createZstdDecompress(options);
    const packed = Readable.from(pieces(input, range), { objectMode: false });
    packed.on("error", (error: Error) => unpacked.destroy(error));
    packed.pipe(unpacked);
    for await (const bytes of unpacked) take(bytes);
  }

  function* pieces(
    input: Deno.FsFile,
    range: FileRange,
  ): Generator<Uint8Array> {
    input.seekSync(range.start, Deno.SeekMode.Start);
    for (let left = range.end - range.start; left > 0;) {
      const buffer = new Uint8Array(Math.min(left, READ_BYTES));
      const count = input.readSync(buffer);
      if (count === null) throw new Error("unexpected end of file");
      left -= count;
      yield buffer.subarray(0, count);
    }
  }

  function reasonOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
  }
}
