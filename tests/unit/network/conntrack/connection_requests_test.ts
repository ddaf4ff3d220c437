/**
 * Requests and answers byte by byte.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type ConnectionFilter,
  listConnections,
  readConnection,
  removeConnection,
} from "../../../../lib/network/conntrack/connection_requests.ts";
import {
  formatIpAddress,
  parseIpAddress,
} from "../../../../lib/network/ip_address.ts";

const CT_GET = 0x101;
const CT_DELETE = 0x102;

function asked(filter: ConnectionFilter): string {
  const { type, flags, body } = listConnections(filter);
  assert.deepEqual([type, flags], [CT_GET, 0]);
  return body.toHex();
}

Deno.test("listConnections() limits the list by address, protocol and port", () => {
  const source = parseIpAddress("10.7.0.2");
  assert.ok(source);
  assert.equal(
    asked({ version: 4, direction: "reply", source, protocol: 17 }),
    [
      "02000000", // AF_INET
      "1c000280", // CTA_TUPLE_REPLY
      "0c000180" + "08000100" + "0a070002", // CTA_IP_V4_SRC
      "0c000280" + "05000100" + "11000000", // CTA_PROTO_NUM
      "0c001980" + "08000200" + "09000000", // CTA_FILTER_REPLY_FLAGS
    ].join(""),
  );
  assert.equal(
    asked({
      ...{ version: 6, direction: "original" },
      ...{ protocol: 17, destinationPort: 5353 },
    }),
    [
      "0a000000",
      "18000180", // CTA_TUPLE_ORIG
      "14000280" + "05000100" + "11000000" + "06000300" + "14e90000",
      "0c001980" + "08000100" + "28000000", // CTA_FILTER_ORIG_FLAGS
    ].join(""),
  );
});

Deno.test("listConnections() does not tell the kernel an address of IPv6", () => {
  const source = parseIpAddress("fd00:7::2");
  assert.ok(source);
  const all = { version: 6, direction: "reply", protocol: 17 } as const;
  assert.equal(asked({ ...all, source }), asked(all));
});

/** A datagram of 192.0.2.2 to port 5353 of 192.0.2.1, sent on to 10.7.0.2. */
const ORIGINAL = "34000180" +
  "14000180" + "08000100c0000202" + "08000200c0000201" +
  "1c000280" + "0500010011000000" + "06000200e7ed0000" + "0600030014e90000";
const REPLY = "34000280" +
  "14000180" + "080001000a070002" + "08000200c0000202" +
  "1c000280" + "0500010011000000" + "0600020000350000" + "06000300e7ed0000";
const ID = "08000c00c07ef13f";

Deno.test("readConnection() reads both directions, and what to forget it by", () => {
  const status = "0800030000000188";
  const body = Uint8Array.fromHex("02000000" + ORIGINAL + REPLY + status + ID);
  const found = readConnection({ body });
  assert.ok(found);
  const read = [found.original, found.reply].map((direction) => [
    formatIpAddress(direction.source),
    formatIpAddress(direction.destination),
    direction.protocol,
    direction.destinationPort,
  ]);
  assert.deepEqual(read, [
    ["192.0.2.2", "192.0.2.1", 17, 5353],
    ["10.7.0.2", "192.0.2.2", 17, 59373],
  ]);
  const removal = removeConnection(found);
  assert.equal(removal.type, CT_DELETE);
  assert.equal(removal.body.toHex(), "02000000" + ORIGINAL + ID);
});

Deno.test("readConnection() knows protocols without ports, and others than IP", () => {
  const direction = (type: string): string =>
    `24000${type}80` + "14000180" + "080001000a070001" + "08000200e0000016" +
    "0c000280" + "0500010002000000";
  const body = Uint8Array.fromHex("02000000" + direction("1") + direction("2"));
  assert.deepEqual(
    [
      readConnection({ body })?.original.protocol,
      readConnection({ body })?.original.destinationPort,
    ],
    [2, 0],
  );
  assert.equal(readConnection({ body: new Uint8Array(4) }), undefined);
});
