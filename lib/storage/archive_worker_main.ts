/**
 * The program of the thread that reads an archive. It reaches the worker as
 * text, so it stands alone.
 *
 * @module
 */
import { detectCompression } from "./archive/detect_compression.ts";
import { unpackXz } from "./archive/unpack_xz.ts";
import { splitZstdFrames } from "./archive/zstd_frames.ts";
import type {
  ArchiveAnswer,
  ArchiveFindings,
  ArchiveInput,
  ArchiveJob,
  CopyFindings,
  FailurePlace,
} from "./archive_job.ts";

/** Functions of other files that the worker's program needs. */
export const WORKER_PARTS = { detectCompression, splitZstdFrames, unpackXz };

/**
 * The worker's program. Its text is all that reaches the worker: it must not
 * name anything of this file, and must need no help of a compiler.
 */
export function archiveWorkerMain(
  { detectCompression, splitZstdFrames, unpackXz }: typeof WORKER_PARTS,
): void {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: ArchiveJob }) => void;
    postMessage: (answer: ArchiveAnswer) => void;
  };
  const READ_BYTES = 256 * 1024;
  const MAGIC_BYTES = 6;
  /** How long a stdin that does not wait is left alone. */
  const IDLE_MS = 5;

  let output: Deno.FsFile | undefined;
  let failedAt: FailurePlace = "content";
  let compression: ReturnType<typeof detectCompression> = "none";

  // Deno throws some errors of zlib where no stream hears of them.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.message);
  });
  scope.onmessage = ({ data }): void => {
    run(data).then(
      (findings) => end({ type: "done", findings }),
      (error) => {
        fail(error instanceof Error ? error.message : String(error));
      },
    );
  };

  function fail(reason: string): void {
    end({ type: "failed", reason, at: failedAt, compression });
  }

  /** The answer first: whoever sees the pipe end asks for it. */
  function end(answer: ArchiveAnswer): void {
    scope.postMessage(answer);
    output?.close();
    output = undefined;
  }

  async function run(job: ArchiveJob): Promise<ArchiveFindings> {
    const input = open(job.input);
    if (job.output !== undefined) {
      output = await Deno.open(job.output, { write: true });
    }
    using copy = job.copy === undefined
      ? undefined
      : await Deno.open(job.copy, { write: true });
    scope.postMessage({ type: "opened" });
    const { createHash } = await import("node:crypto");
    const source = await peeked(blamed(input, "source"));
    compression = job.compression ?? detectCompression(source.head);
    // What is copied as it is has no other.
    const isNeeded = job.contentDigest === "taken" || copy !== undefined;
    const content = isNeeded ? createHash("sha256") : undefined;
    // No layer of an image is packed by xz.
    const copied = compression === "xz" ? "none" : compression;
    const asItCame = copy === undefined || copied === "none"
      ? undefined
      : createHash("sha256");
    let sizeBytes = 0;
    const keep = (bytes: Uint8Array): void => {
      if (copy === undefined) return;
      sizeBytes += bytes.length;
      failedAt = "copy";
      writeAll(copy, bytes);
      failedAt = "content";
    };
    async function* asItComes(): AsyncGenerator<Uint8Array> {
      for await (const bytes of source.pieces) {
        asItCame?.update(bytes);
        if (copied !== "none") keep(bytes);
        yield bytes;
      }
    }
    for await (const bytes of decompressed(asItComes(), job)) {
      content?.update(bytes);
      if (copied === "none") keep(bytes);
      if (output !== undefined) writeAll(output, bytes);
    }
    const contentHex = content?.digest("hex");
    return {
      content: contentHex,
      copy: copy && {
        compression: copied as CopyFindings["compression"],
        digest: asItCame?.digest("hex") ?? contentHex ?? "",
        sizeBytes,
      },
    };
  }

  function decompressed(
    pieces: AsyncIterable<Uint8Array>,
    { xzProgram }: ArchiveJob,
  ): AsyncIterable<Uint8Array> {
    if (compression === "none") return pieces;
    if (compression === "zstd") return unpackZstd(pieces);
    if (compression === "gzip") return unpackStream("createGunzip", pieces);
    if (compression !== "xz" || xzProgram === undefined) {
      throw new Error(`${compression} compression is not supported`);
    }
    const program = new WebAssembly.Module(xzProgram as BufferSource);
    return unpackXz(program, pieces);
  }

  async function* unpackZstd(
    pieces: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    for await (const frame of splitZstdFrames(pieces)) {
      yield* unpackStream("createZstdDecompress", frame);
    }
  }

  async function* unpackStream(
    create: "createGunzip" | "createZstdDecompress",
    pieces: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    const zlib = await import("node:zlib");
    const { Readable } = await import("node:stream");
    const unpacked = zlib[create]({ chunkSize: READ_BYTES });
    const packed = Readable.from(pieces, { objectMode: false });
    packed.on("error", (error: Error) => unpacked.destroy(error));
    packed.pipe(unpacked);
    yield* unpacked;
  }

  /** Notes that what goes wrong while they are read is the source's fault. */
  async function* blamed(
    pieces: AsyncIterable<Uint8Array>,
    place: FailurePlace,
  ): AsyncGenerator<Uint8Array> {
    const source = pieces[Symbol.asyncIterator]();
    for (;;) {
      const before = failedAt;
      failedAt = place;
      const { done, value } = await source.next();
      failedAt = before;
      if (done === true) return;
      yield value;
    }
  }

  /** The first bytes of a stream, and all of it. */
  async function peeked(
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<{ head: Uint8Array; pieces: AsyncIterable<Uint8Array> }> {
    const source = pieces[Symbol.asyncIterator]();
    let head = new Uint8Array(0);
    while (head.length < MAGIC_BYTES) {
      const { done, value } = await source.next();
      if (done === true) break;
      const longer = new Uint8Array(head.length + value.length);
      longer.set(head);
      longer.set(value, head.length);
      head = longer;
    }
    if (head.length === 0) {
      failedAt = "source";
      throw new Error("it is empty");
    }
    return {
      head,
      pieces: (async function* (): AsyncGenerator<Uint8Array> {
        yield head;
        yield* { [Symbol.asyncIterator]: () => source };
      })(),
    };
  }

  function open(input: ArchiveInput): AsyncIterable<Uint8Array> {
    if (input.kind === "stdin") return readStdin();
    if (input.kind === "url") return download(input.url);
    const file = Deno.openSync(input.path);
    return readRange(file, input.start, input.end);
  }

  async function* readRange(
    file: Deno.FsFile,
    start: number,
    end: number,
  ): AsyncGenerator<Uint8Array> {
    file.seekSync(start, Deno.SeekMode.Start);
    for (let left = end - start; left > 0;) {
      const buffer = new Uint8Array(Math.min(left, READ_BYTES));
      const count = file.readSync(buffer);
      if (count === null) throw new Error("unexpected end of file");
      left -= count;
      yield buffer.subarray(0, count);
    }
  }

  async function* readStdin(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const buffer = new Uint8Array(READ_BYTES);
      try {
        const count = Deno.stdin.readSync(buffer);
        if (count === null) return;
        yield buffer.subarray(0, count);
      } catch (error) {
        // Whoever else has it may have made it so.
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await new Promise((wake) => setTimeout(wake, IDLE_MS));
      }
    }
  }

  async function* download(url: string): AsyncGenerator<Uint8Array> {
    const response = await fetch(url);
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the server answers ${response.status}`);
    }
    if (response.body !== null) yield* response.body;
  }

  function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
    for (let left = bytes; left.length > 0;) {
      left = left.subarray(file.writeSync(left));
    }
  }
}
