/** @module */
import assert from "node:assert/strict";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import {
  type OwnerMappings,
  shiftId,
  shiftXattr,
} from "../../../lib/storage/owner_shift.ts";

const MAPPINGS: OwnerMappings = {
  uid: [{ containerID: 0, hostID: 300_000, size: 1000 }],
  gid: [{ containerID: 0, hostID: 400_000, size: 1000 }],
};

/** Little-endian words of two and four bytes. */
function bytes(
  ...words: readonly (readonly [bits: 16 | 32, value: number])[]
): Uint8Array {
  const view = new DataView(new ArrayBuffer(256));
  let at = 0;
  for (const [bits, value] of words) {
    if (bits === 16) view.setUint16(at, value, LITTLE_ENDIAN);
    else view.setUint32(at, value, LITTLE_ENDIAN);
    at += bits / 8;
  }
  return new Uint8Array(view.buffer, 0, at);
}

function acl(
  ...entries: readonly (readonly [tag: number, id: number])[]
): Uint8Array {
  return bytes(
    [32, 2],
    ...entries.flatMap(([tag, id]) =>
      [[16, tag], [16, 7], [32, id]] as [16 | 32, number][]
    ),
  );
}

Deno.test("shiftId() makes an id that is not mapped nobody's", () => {
  assert.equal(shiftId(MAPPINGS.uid, 999), 300_999);
  assert.equal(shiftId(MAPPINGS.uid, 1000), 65_534);
});

Deno.test("shiftXattr() moves users and groups of access lists only", () => {
  const NO_ID = 0xffff_ffff;
  const list = acl([1, NO_ID], [2, 33], [4, NO_ID], [8, 34], [0x20, NO_ID]);
  for (const name of ["access", "default"]) {
    assert.deepEqual(
      shiftXattr(`system.posix_acl_${name}`, list, MAPPINGS),
      acl([1, NO_ID], [2, 300_033], [4, NO_ID], [8, 400_034], [0x20, NO_ID]),
    );
  }
  assert.deepEqual(
    list,
    acl([1, NO_ID], [2, 33], [4, NO_ID], [8, 34], [0x20, NO_ID]),
    "the value given is left alone",
  );
});

Deno.test("shiftXattr() survives an access list that is cut short", () => {
  const list = acl([2, 33]).slice(0, 9);
  const name = "system.posix_acl_access";
  assert.deepEqual(shiftXattr(name, list, MAPPINGS), list);
  assert.deepEqual(shiftXattr(name, new Uint8Array(), MAPPINGS).length, 0);
});

Deno.test("shiftXattr() moves the root of file capabilities, if they name it", () => {
  const version2 = bytes([32, 0x2000001], [32, 1], [32, 0], [32, 0], [32, 0]);
  const name = "security.capability";
  assert.equal(shiftXattr(name, version2, MAPPINGS), version2);
  const version3 = (root: number): Uint8Array =>
    bytes([32, 0x3000001], [32, 1], [32, 0], [32, 0], [32, 0], [32, root]);
  assert.deepEqual(
    shiftXattr(name, version3(5), MAPPINGS),
    version3(300_005),
  );
});

Deno.test("shiftXattr() leaves every other attribute alone", () => {
  const value = acl([2, 33]);
  assert.equal(shiftXattr("user.comment", value, MAPPINGS), value);
  assert.equal(shiftXattr("security.selinux", value, MAPPINGS), value);
});
