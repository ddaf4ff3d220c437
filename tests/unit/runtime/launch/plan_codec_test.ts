/** @module */
import assert from "node:assert/strict";
import {
  decodeRequest,
  encodeRequest,
  type InitRequest,
} from "../../../../lib/runtime/launch/plan_codec.ts";
import { createPlan } from "../../../../lib/runtime/plan/plan.ts";
import { OVERLAY, runtimeSpec } from "../../../support/runtime_spec.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

function roundTrip(changes: Partial<InitRequest>): InitRequest {
  return decodeRequest(encodeRequest({
    unshare: { value: 0, text: "0" },
    steps: [],
    results: [],
    tracing: "off",
    ...changes,
  }));
}

Deno.test("decodeRequest() gives back every kind of argument", () => {
  const steps: InitRequest["steps"] = [{
    call: "execve",
    args: [
      0,
      -1,
      0x7fff_ffff_ffff_ffffn,
      -1n,
      null,
      'text \u{1f4e6} \0 " \\ \n',
    ],
    why: "numbers and text",
  }, {
    call: "capset",
    args: [
      { value: 0xffff_ffff_ffff_ffffn, text: "ALL" },
      { bytes: ALL_BYTES, text: "bytes" },
      { bytes: new Uint8Array(), text: "none" },
      { result: "root" },
      { words: ["a", null, 1n, { words: [{ bytes: ALL_BYTES, text: "" }] }] },
    ],
    as: "name",
    tolerate: ["ENOENT", "EACCES"],
    why: "objects",
  }];
  const results = [["status", 11], ["a.b", -2]] as const;
  const request = roundTrip({
    unshare: { value: 0x6e020000n, text: "CLONE" },
    steps,
    results,
    tracing: "steps",
  });
  assert.deepEqual(request, {
    unshare: { value: 0x6e020000n, text: "CLONE" },
    steps,
    results,
    tracing: "steps",
  });
});

Deno.test("decodeRequest() is not misled by text that looks like its own", () => {
  const text = JSON.stringify({ base64: "AAAA", bigint: "1" });
  const steps: InitRequest["steps"] = [{
    call: "execve",
    args: ["base64", "bigint", { words: [text, "{}", null] }],
    why: text,
  }];
  assert.deepEqual(roundTrip({ steps }).steps, steps);
});

Deno.test("decodeRequest() gives back a whole plan, bytes as a Uint8Array", () => {
  const { child } = createPlan(
    runtimeSpec({ process: { user: { uid: 5, gid: 5, additionalGids: [7] } } }),
    { rootfs: [OVERLAY], init: true },
  );
  const steps = roundTrip({ steps: child }).steps;
  assert.deepEqual(steps, child);
  const setgroups = steps.find(({ call }) => call === "setgroups");
  const [, list] = setgroups?.args ?? [];
  assert.ok(typeof list === "object" && list !== null && "bytes" in list);
  assert.ok(list.bytes instanceof Uint8Array);
});

Deno.test("decodeRequest() gives back the largest list of groups", () => {
  const NGROUPS_MAX = 65_536;
  const bytes = new Uint8Array(4 * NGROUPS_MAX).fill(0xa5);
  const steps: InitRequest["steps"] = [{
    call: "setgroups",
    args: [NGROUPS_MAX, { bytes, text: "" }],
    why: "",
  }];
  assert.deepEqual(roundTrip({ steps }).steps, steps);
});
