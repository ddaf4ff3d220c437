import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { Memory } from "../../../ffi/memory.ts";
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
