import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { openat } from "../../../ffi/calls/file.ts";
import { createPipe, writeAllSync } from "../../../ffi/calls/pipe.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import { Memory } from "../../../ffi/memory.ts";
import { syscall } from "../../../ffi/syscall.ts";
import {
  type Archive,
  type CopiedArchive,
  openArchiveFile,
  openArchivePart,
  openArchiveStream,
} from "../../../lib/storage/archive_file.ts";
import { concat } from "../../support/tar_builder.ts";

const CONTENT = Uint8Array.from(
  { length: 1_500_000 },
  (_, i) => (i * i * 7 + (i >> 9)) % 253,
);
const DIGEST = `sha256:${createHash("sha256").update(CONTENT).digest("hex")}`;
const HALF = 700_001;

/** Runs a test with a file of these bytes. */
async function withFile(
  bytes: Uint8Array,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "archive-" });
  try {
    await Deno.writeFile(path, bytes);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Reads to the end, as an unpacking does. */
function readAll(archive: Archive): Uint8Array {
  using memory = new Memory(64 * 1024);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const count = archive.read(memory, 0, memory.bytes.length);
    if (count === 0) return concat(...pieces);
    pieces.push(memory.bytes.slice(0, count));
  }
}

const PACKED: Readonly<Record<string, Uint8Array>> = {
  "plain": CONTENT,
  "gzip": gzipSync(CONTENT),
  "gzip of two members": concat(
    gzipSync(CONTENT.subarray(0, HALF)),
    gzipSync(CONTENT.subarray(HALF)),
  ),
  "gzip with zeros behind it": concat(gzipSync(CONTENT), new Uint8Array(999)),
  "zstd": zstdCompressSync(CONTENT),
  "zstd of two frames": concat(
    zstdCompressSync(CONTENT.subarray(0, HALF)),
    zstdCompressSync(CONTENT.subarray(HALF)),
  ),
};

for (const [kind, bytes] of Object.entries(PACKED)) {
  Deno.test(`openArchiveFile() reads ${kind}, with the digest of the content`, async () => {
    await withFile(bytes, async (path) => {
      using archive = await openArchiveFile(path);
      assert.ok(
        concat(readAll(archive)).every((byte, i) => byte === CONTENT[i]),
      );
      assert.equal(await archive.explainEnd(), undefined);
      assert.equal(await archive.finish(), DIGEST);
      assert.equal(archive.status.sizeBytes, bytes.length);
    });
  });
}

/** 300,000 bytes of one line, again and again, as xz packs them. */
const XZ = Uint8Array.fromBase64(
  "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj5JPfAHpdADocyKyk8CWhARRzRK1uyBb+APYLxOsyXg0vGhwmjsCV6Y35CDX8DIt3w4Fw2XNepWZ2TbH9jO9UO21VAibDr5Ojlt4zS3kaFUWV8lVqmbIYkAyDbMkkzRnaf80oOpneY3gpIDgolHEfPY8k4XCepyNf7CjLhXTPfasAAAAAFxMUaWuZz84AAZYB4KcSAD1ytkexxGf7AgAAAAAEWVo=",
);
const LINE = "tsdocker\n";
const LINES = new TextEncoder().encode(LINE.repeat(33_334).slice(0, 300_000));

Deno.test("openArchiveFile() reads xz, several of them, and what pads them", async () => {
  const expected = concat(LINES, LINES);
  await withFile(concat(XZ, new Uint8Array(8), XZ), async (path) => {
    using archive = await openArchiveFile(path);
    assert.ok(readAll(archive).every((byte, i) => byte === expected[i]));
    const digest = createHash("sha256").update(expected).digest("hex");
    assert.equal(await archive.finish(), `sha256:${digest}`);
  });
});

Deno.test("openArchivePart() reads one archive of a file that has others", async () => {
  const packed = gzipSync(CONTENT);
  const whole = concat(packed, CONTENT, XZ);
  const parts: [number, number, Uint8Array][] = [
    [0, packed.length, CONTENT],
    [packed.length, CONTENT.length, CONTENT],
    [packed.length + CONTENT.length, XZ.length, LINES],
  ];
  await withFile(whole, async (path) => {
    using file = openat(AT_FDCWD, path, O_RDWR);
    for (const [offset, size, expected] of parts) {
      const part = { label: "part", file, offset, size };
      using archive = await openArchivePart(part);
      const content = readAll(archive);
      assert.equal(content.length, expected.length);
      assert.ok(content.every((byte, i) => byte === expected[i]));
      await archive.finish();
    }
  });
});

/** A copy, and what is said of it. */
async function copyOf(
  bytes: Uint8Array,
): Promise<{ kept: Uint8Array; said: CopiedArchive }> {
  const copy = await Deno.makeTempFile({ prefix: "archive-" });
  try {
    let said: CopiedArchive | undefined;
    await withFile(bytes, async (path) => {
      using archive = await openArchiveFile(path, { copy });
      readAll(archive);
      await archive.finish();
      said = await archive.copied();
    });
    assert.ok(said);
    return { kept: await Deno.readFile(copy), said };
  } finally {
    await Deno.remove(copy);
  }
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

for (const [kind, bytes] of Object.entries(PACKED)) {
  Deno.test(`openArchiveFile() copies ${kind} as it came, with its digest`, async () => {
    const { kept, said } = await copyOf(bytes);
    assert.deepEqual(kept, Uint8Array.from(bytes));
    const [packing = ""] = kind.split(" ");
    assert.deepEqual(said, {
      compression: packing === "plain" ? "none" : packing,
      digest: sha256(bytes),
      size: bytes.length,
    });
  });
}

Deno.test("openArchiveFile() keeps xz unpacked, as images do not have it", async () => {
  const { kept, said } = await copyOf(XZ);
  assert.deepEqual(kept, LINES);
  const digest = sha256(LINES);
  assert.deepEqual(said, { compression: "none", digest, size: LINES.length });
});

Deno.test("openArchiveFile() tells that a copy cannot be written", async () => {
  await withFile(gzipSync(CONTENT), async (path) => {
    using archive = await openArchiveFile(path, { copy: "/dev/full" });
    readAll(archive);
    await assert.rejects(
      archive.finish(),
      /^HostError: Cannot store ".*": No space left on device/,
    );
  });
});

/** A server on a thread of its own, as this one waits for what it says. */
async function withServer(
  bytes: Uint8Array,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const source = `onmessage = ({ data }) => {
    const { bytes } = data;
    Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => postMessage(port) },
      (request) => new URL(request.url).pathname === "/x.tar"
        ? new Response(bytes) : new Response("no", { status: 404 }));
  };`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  try {
    const port = await new Promise<number>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage({ bytes });
    });
    await run(`http://127.0.0.1:${port}`);
  } finally {
    worker.terminate();
  }
}

Deno.test("openArchiveStream() reads what a server has, packed or not", async () => {
  for (const bytes of [CONTENT, gzipSync(CONTENT), zstdCompressSync(CONTENT)]) {
    await withServer(bytes, async (url) => {
      const stream = { kind: "url", url: `${url}/x.tar` } as const;
      using archive = await openArchiveStream(stream, stream.url);
      assert.equal(readAll(archive).length, CONTENT.length);
      assert.equal(await archive.finish(), DIGEST);
    });
  }
});

Deno.test("openArchiveStream() tells why there is nothing", async () => {
  await withServer(CONTENT, async (url) => {
    const stream = { kind: "url", url: `${url}/y.tar` } as const;
    using archive = await openArchiveStream(stream, "the file");
    assert.equal(readAll(archive).length, 0);
    assert.equal(
      (await archive.explainEnd())?.message,
      'Cannot read "the file": the server answers 404',
    );
  });
});

function corrupted(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const middle = copy.length >> 1;
  copy.set([0xff, 0, 0xff, 0, 0xff, 0], middle);
  return copy;
}

/** Whole files that carry a checksum; zstd leaves it to the user. */
const CHECKED: Readonly<Record<string, Uint8Array>> = {
  gzip: gzipSync(CONTENT),
  zstd: zstdCompressSync(CONTENT, {
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
  }),
  xz: XZ,
};

for (const [kind, whole] of Object.entries(CHECKED)) {
  Deno.test(`openArchiveFile() tells that ${kind} data is damaged`, async () => {
    const damaged = [
      corrupted(whole),
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, whole.length >> 1),
      whole.subarray(0, 20),
    ];
    for (const bytes of damaged) {
      await withFile(bytes, async (path) => {
        await assert.rejects(
          async () => {
            using archive = await openArchiveFile(path);
            readAll(archive);
            assert.ok(await archive.explainEnd());
            await archive.finish();
          },
          /^IntegrityError: Cannot read ".*": its (gzip|zstd|xz) data is corrupt or cut short/,
        );
      });
    }
  });
}

Deno.test("openArchiveFile() can be given up at any time", async () => {
  await withFile(gzipSync(CONTENT), async (path) => {
    using memory = new Memory(4096);
    using archive = await openArchiveFile(path);
    assert.ok(archive.read(memory, 0, 4096) > 0);
    assert.equal(await archive.explainEnd(), undefined);
  });
});

Deno.test("ArchiveFile.finish() notices a file that changes meanwhile", async () => {
  await withFile(CONTENT, async (path) => {
    using archive = await openArchiveFile(path);
    readAll(archive);
    await Deno.writeFile(path, CONTENT.subarray(1));
    await assert.rejects(
      archive.finish(),
      /the file changed while it was read$/,
    );
  });
});

Deno.test("openArchiveFile() names the program for what it cannot read", async () => {
  const magic: [string, string][] = [
    ["BZh91AY", "bzip2"],
    ["\x04\x22\x4d\x18rest", "lz4"],
  ];
  for (const [text, program] of magic) {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    await withFile(bytes, async (path) => {
      await assert.rejects(openArchiveFile(path), {
        message:
          `Cannot read "${path}": ${program} compression is not supported`,
        advice: `run "${program} -d ${path}" first`,
      });
    });
  }
});

Deno.test("openArchiveFile() refuses what is no file with one clear line", async () => {
  await withFile(new Uint8Array(), async (path) => {
    await assert.rejects(
      openArchiveFile(path),
      /^IntegrityError: .*the file is empty$/,
    );
  });
  await assert.rejects(
    openArchiveFile("/"),
    /it is a directory, not an archive$/,
  );
  await assert.rejects(
    openArchiveFile("/dev/zero"),
    /it is not a regular file$/,
  );
  await assert.rejects(
    openArchiveFile("/no/such"),
    /^NotFoundError: Cannot read "\/no\/such": ENOENT/,
  );
});

Deno.test("openArchiveFile() gives the digest of what was read, whoever changes the file", async () => {
  // On a file system in memory, a mapping that was written to once changes
  // none of the file's times any more.
  const path = await Deno.makeTempFile({ dir: "/dev/shm" });
  try {
    await Deno.writeFile(path, CONTENT);
    await Deno.chmod(path, 0o666);
    using mapping = new SharedMapping(path, CONTENT.length);
    mapping.write(CONTENT);
    using archive = await openArchiveFile(path);
    using memory = new Memory(64 * 1024);
    archive.read(memory, 0, 512);
    const first = memory.bytes.slice(0, 512);
    mapping.write(CONTENT.map((byte) => 255 - byte));
    const rest = readAll(archive);
    const hash = createHash("sha256").update(first).update(rest);
    assert.equal(await archive.finish(), `sha256:${hash.digest("hex")}`);
  } finally {
    await Deno.remove(path);
  }
});

/** A file mapped by somebody else who may write to it. */
class SharedMapping implements Disposable {
  readonly #address: number;
  readonly #length: number;

  constructor(path: string, length: number) {
    const PROT_READ_WRITE = 3;
    const MAP_SHARED = 1;
    using file = openat(AT_FDCWD, path, O_RDWR);
    const { number } = file;
    this.#length = length;
    this.#address = syscall(
      "mmap",
      null,
      length,
      PROT_READ_WRITE,
      MAP_SHARED,
      number,
      0,
    );
  }

  /** Lets the kernel copy bytes into the mapping, from a pipe. */
  write(bytes: Uint8Array): void {
    using pipe = createPipe();
    const PIECE = 4096;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      writeAllSync(pipe.writable, piece);
      const { number } = pipe.readable;
      syscall("read", number, this.#address + at, piece.length);
    }
  }

  [Symbol.dispose](): void {
    syscall("munmap", this.#address, this.#length);
  }
}
