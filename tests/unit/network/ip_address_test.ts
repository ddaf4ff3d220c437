/**
 * @module
 */
import assert from "node:assert/strict";
import {
  addressBytes,
  addressFromBytes,
  formatIpAddress,
  isLoopback,
  isSameAddress,
  isUnspecified,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";

/** What is read, and how it is written. */
const ADDRESSES: readonly (readonly [string, string])[] = [
  ["0.0.0.0", "0.0.0.0"],
  ["172.17.0.2", "172.17.0.2"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["fe80::1", "fe80::1"],
  ["2001:DB8::00ab", "2001:db8::ab"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["1:0:0:4:0:0:0:8", "1:0:0:4::8"],
  ["::ffff:10.0.0.1", "::ffff:a00:1"],
];

for (const [text, canonical] of ADDRESSES) {
  Deno.test(`parseIpAddress() reads ${text} as ${canonical}`, () => {
    const address = parseIpAddress(text);
    assert.ok(address);
    assert.equal(formatIpAddress(address), canonical);
    assert.deepEqual(addressFromBytes(addressBytes(address)), address);
  });
}

const MALFORMED = [
  ...["", "10", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.x"],
  ...["10.0.0.1/24", " 10.0.0.1", "10..0.1", "+1.0.0.1", "1.2.3.1e1"],
  ...[":", ":::", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", "fe80::1%eth0"],
  ...[
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "::10.0.0",
    "10.0.0.1::",
    "[::1]",
  ],
];

for (const text of MALFORMED) {
  Deno.test(`parseIpAddress() refuses "${text}"`, () => {
    assert.equal(parseIpAddress(text), undefined);
  });
}

Deno.test("addressFromBytes() refuses other lengths", () => {
  assert.throws(() => addressFromBytes(new Uint8Array(5)), RangeError);
});

Deno.test("isLoopback(), isUnspecified() and isSameAddress() judge", () => {
  const parse = (text: string): ReturnType<typeof addressFromBytes> => {
    const address = parseIpAddress(text);
    assert.ok(address);
    return address;
  };
  for (const text of ["127.0.0.1", "127.255.0.9", "::1"]) {
    assert.ok(isLoopback(parse(text)), text);
  }
  for (const text of ["128.0.0.1", "0.0.0.1", "::2", "7f00::"]) {
    assert.ok(!isLoopback(parse(text)), text);
  }
  assert.ok(isUnspecified(parse("0.0.0.0")));
  assert.ok(!isUnspecified(parse("::1")));
  assert.ok(isSameAddress(parse("::1"), parse("0::1")));
  assert.ok(!isSameAddress(parse("::1"), parse("0.0.0.1")));
});
