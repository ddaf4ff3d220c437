/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseNetworkFlag,
  readAddress,
  readAlias,
  readMacAddress,
} from "../../../../lib/engine/networks/network_flag.ts";

const MAC = "02:42:ac:11:00:02";

/** Texts and what they mean; no aliases unless there are some. */
const MEANINGS: readonly (readonly [string, object])[] = [
  ["blue", { target: "blue" }],
  ["default", { target: "bridge" }],
  ["name=default", { target: "bridge" }],
  ["host", { target: "host" }],
  ["container:web", { target: "container:web" }],
  ["container:a=b", { target: "container:a=b" }],
  ["ns:/run/netns/a:ip=b", { target: "ns:/run/netns/a:ip=b" }],
  ["blue:ip=10.0.0.9", { target: "blue", ip: "10.0.0.9" }],
  ["blue:ip6=fd00:0::9", { target: "blue", ip6: "fd00::9" }],
  ["blue:mac=02-42-AC-11-00-02", { target: "blue", macAddress: MAC }],
  ["blue:alias=a,alias=b,ip=10.0.0.9,mac-address=" + MAC, {
    target: "blue",
    aliases: ["a", "b"],
    ip: "10.0.0.9",
    macAddress: MAC,
  }],
  ["name=blue", { target: "blue" }],
  ["alias=a,NAME=blue,ip=10.0.0.9,ip6=fd00::9,mac-address=" + MAC, {
    target: "blue",
    aliases: ["a"],
    ip: "10.0.0.9",
    ip6: "fd00::9",
    macAddress: MAC,
  }],
];

for (const [text, expected] of MEANINGS) {
  Deno.test(`parseNetworkFlag() understands "${text}"`, () => {
    assert.deepEqual(parseNetworkFlag(text), { aliases: [], ...expected });
  });
}

/** Texts of which something is wrong, and what. */
const REFUSALS: readonly (readonly [string, string])[] = [
  ["", 'invalid argument "" for "--network" flag: it names no network'],
  [
    ":ip=10.0.0.9",
    'invalid argument ":ip=10.0.0.9" for "--network" flag: it names no network',
  ],
  [
    "ip=10.0.0.9",
    'invalid argument "ip=10.0.0.9" for "--network" flag: it names no network',
  ],
  [
    "name=",
    'invalid argument "name=" for "--network" flag: it names no network',
  ],
  ["blue:x", 'invalid argument "blue:x" for "--network" flag: invalid field x'],
  [
    "blue:",
    'invalid argument "blue:" for "--network" flag: invalid field ',
  ],
  [
    "blue:speed=9",
    'invalid argument "blue:speed=9" for "--network" flag: invalid field key speed',
  ],
  [
    "name=blue,driver-opt=a=b",
    'invalid argument "name=blue,driver-opt=a=b" for "--network" flag: invalid field key driver-opt',
  ],
  [
    'blue:"ip=1',
    'invalid argument "blue:"ip=1" for "--network" flag: a quote is not closed',
  ],
  ["blue:ip=fd00::9", "invalid IPv4 address: fd00::9"],
  ["blue:ip6=10.0.0.9", "invalid IPv6 address: 10.0.0.9"],
  ["blue:mac=x", "x is not a valid mac address"],
  [
    "blue:alias=",
    'invalid network alias "": letters, digits, and _.- are allowed',
  ],
];

for (const [text, message] of REFUSALS) {
  Deno.test(`parseNetworkFlag() refuses "${text}"`, () => {
    assert.throws(() => parseNetworkFlag(text), {
      name: "UsageError",
      message,
    });
  });
}

Deno.test("readAddress() writes an address as usual, of its version only", () => {
  assert.equal(readAddress("10.0.0.9", 4), "10.0.0.9");
  assert.equal(readAddress("FD00:0:0::9", 6), "fd00::9");
  for (const text of ["", "10.0.0", "10.0.0.9/24", "010.0.0.9", "::1"]) {
    assert.throws(() => readAddress(text, 4), {
      name: "UsageError",
      message: `invalid IPv4 address: ${text}`,
    });
  }
  assert.throws(() => readAddress("fe80::1%eth0", 6), /invalid IPv6 address/);
});

Deno.test("readMacAddress() takes addresses of single devices", () => {
  assert.equal(readMacAddress("92-D0-C6-0A-29-33"), "92:d0:c6:0a:29:33");
  for (const text of ["", "92:d0:c6:0a:29", "ff:ff:ff:ff:ff:ff", "01:0:0"]) {
    assert.throws(() => readMacAddress(text), {
      name: "UsageError",
      message: `${text} is not a valid mac address`,
    });
  }
});

Deno.test("readAlias() takes what can stand in /etc/hosts", () => {
  for (const alias of ["db", "_a", "Db-1.example.org", "9", "a".repeat(253)]) {
    assert.equal(readAlias(alias), alias);
  }
  for (const alias of ["", "a b", "a\nb", "#a", ".", "a/b", "a".repeat(254)]) {
    assert.throws(() => readAlias(alias), { name: "UsageError" }, alias);
  }
});
