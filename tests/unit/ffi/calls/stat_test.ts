/** @module */
import assert from "node:assert/strict";
import {
  ftruncate,
  futimens,
  openat,
  unlinkat,
} from "../../../../ffi/calls/file.ts";
import { fstat } from "../../../../ffi/calls/stat.ts";
import { AT_FDCWD, O_CREAT, O_RDWR } from "../../../../ffi/constants/fcntl.ts";

const SIZES = [0, 1, 2 ** 31, 2 ** 32 + 2 ** 31 + 5] as const;
const TIMES = [-(2 ** 30), -1, 0, 2 ** 31, 2 ** 32 + 1] as const;

for (const [index, seconds] of TIMES.entries()) {
  const size = SIZES[index % SIZES.length] ?? 0;
  Deno.test(`fstat() tells a size of ${size} and a time of ${seconds}`, () => {
    const path = Deno.makeTempFileSync();
    using file = openat(AT_FDCWD, path, O_RDWR | O_CREAT, 0o600);
    unlinkat(AT_FDCWD, path);
    ftruncate(file.number, size);
    futimens(file.number, { seconds, nanoseconds: 500_000_000 });
    const { sizeBytes, modified } = fstat(file.number);
    assert.equal(sizeBytes, size);
    assert.deepEqual(modified, { seconds, nanoseconds: 500_000_000 });
  });
}
