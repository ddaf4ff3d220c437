/**
 * @module
 */
import assert from "node:assert/strict";
import {
  readAcknowledgement,
  readEndOfList,
} from "../../../../lib/network/netlink/acknowledgement.ts";
import { attribute } from "../../../../lib/network/netlink/attribute.ts";
import { concat, text, u32 } from "../../../../lib/network/netlink/bytes.ts";
import { encodeMessage } from "../../../../lib/network/netlink/message.ts";
import {
  isNetlinkError,
  NetlinkError,
} from "../../../../lib/network/netlink/netlink_error.ts";

const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const EINVAL = 22;

const nothing = {
  errno: 0,
  explanation: undefined,
  offset: undefined,
  missing: undefined,
};

const request = encodeMessage({
  type: 16,
  flags: 5,
  sequence: 1,
  body: new Uint8Array(8),
});

Deno.test("readAcknowledgement() reads success and refusal", () => {
  const success = { flags: 0, body: concat(u32(0), request) };
  assert.deepEqual(readAcknowledgement(success), nothing);
  const refusal = { flags: 0, body: concat(u32(-EINVAL), request) };
  assert.deepEqual(readAcknowledgement(refusal), { ...nothing, errno: EINVAL });
});

Deno.test("readAcknowledgement() finds the kernel's words after the echo", () => {
  const words = concat(
    attribute(1, text("Invalid prefix.")),
    attribute(2, u32(44)),
    attribute(5, u32(3)),
  );
  const expected = {
    errno: EINVAL,
    explanation: "Invalid prefix.",
    offset: 44,
    missing: 3,
  };
  const whole = concat(u32(-EINVAL), request, words);
  assert.deepEqual(
    readAcknowledgement({ flags: NLM_F_ACK_TLVS, body: whole }),
    expected,
  );
  const capped = concat(u32(-EINVAL), request.subarray(0, 16), words);
  assert.deepEqual(
    readAcknowledgement({ flags: NLM_F_ACK_TLVS | NLM_F_CAPPED, body: capped }),
    expected,
  );
});

Deno.test("readEndOfList() reads the number a list ends with", () => {
  assert.deepEqual(readEndOfList({ flags: 0, body: u32(0) }), nothing);
  assert.deepEqual(
    readEndOfList({ flags: 0, body: new Uint8Array() }),
    nothing,
  );
  const failed = concat(u32(-EINVAL), attribute(1, text("No")));
  const { errno, explanation } = readEndOfList({
    flags: NLM_F_ACK_TLVS,
    body: failed,
  });
  assert.deepEqual([errno, explanation], [EINVAL, "No"]);
});

Deno.test("NetlinkError tells what was attempted, and why not", () => {
  const error = (answer: Partial<typeof nothing> & { errno: number }): string =>
    new NetlinkError("add it", { ...nothing, ...answer }).message;
  assert.equal(error({ errno: 17 }), "Cannot add it: EEXIST (file exists)");
  const explained = new NetlinkError("add it", {
    ...nothing,
    errno: EINVAL,
    explanation: "Invalid prefix.",
  });
  assert.equal(
    explained.message,
    "Cannot add it: EINVAL (invalid argument): Invalid prefix",
  );
  const missing = new NetlinkError("add it", {
    ...nothing,
    errno: EINVAL,
    missing: 3,
  });
  assert.match(missing.message, /: attribute 3 is missing$/);
  assert.match(
    new NetlinkError("x", { ...nothing, errno: 1 }).advice ?? "",
    /CAP_NET_ADMIN/,
  );
  assert.ok(isNetlinkError(explained, "EINVAL"));
  assert.ok(!isNetlinkError(explained, "EEXIST"));
  assert.ok(!isNetlinkError(new Error("EINVAL"), "EINVAL"));
});
