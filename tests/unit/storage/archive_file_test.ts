import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { openat } from "../../../ffi/calls/file.ts";
import { createPipe, writeAllSync } from "../../../ffi/calls/pipe.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import { Memory } from "../../../ffi/memory.ts";
import { syscall } from "../../../ffi/syscall.ts";
import {
  type ArchiveFile,
  openArchiveFile,
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
function readAll(archive: ArchiveFile): Uint8Array {
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
          /^IntegrityError: Cannot read ".*": its (gzip|zstd) data is corrupt or cut short/,
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
    ["\u00fd7zXZ\0rest", "xz"],
    ["BZh91AY", "bzip2"],
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
