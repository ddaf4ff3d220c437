import assert from "node:assert/strict";
import { harmlessEntry } from "../../../../lib/engine/containers/harmless_entry.ts";
import type { ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import type { TarEntry } from "../../../../lib/storage/tar/entry.ts";

const CAPABILITY = "security.capability" as ByteString;
const ENTRY: TarEntry = {
  type: "file",
  name: "f" as ByteString,
  linkName: "" as ByteString,
  mode: 0o6755,
  uid: 0,
  gid: 0,
  modified: { seconds: 7, nanoseconds: 8 },
  device: { major: 0, minor: 0 },
  sizeBytes: 9,
  extents: undefined,
  xattrs: new Map([[CAPABILITY, Uint8Array.of(1)]]),
};
const maker = { uid: 1000, gid: 1001 };

Deno.test("harmlessEntry() gives a file to who copies it, without rights", () => {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  assert.deepEqual(harmlessEntry(ENTRY, { maker, warn }), {
    ...ENTRY,
    ...maker,
    mode: 0o755,
    xattrs: new Map(),
  });
  assert.deepEqual(warnings, []);
});

Deno.test("harmlessEntry() leaves out devices and says so", () => {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  for (const type of ["character-device", "block-device"] as const) {
    assert.equal(harmlessEntry({ ...ENTRY, type }, { maker, warn }), undefined);
  }
  assert.deepEqual(warnings, [
    'Not copying the device "f": only --archive does',
    'Not copying the device "f": only --archive does',
  ]);
});
