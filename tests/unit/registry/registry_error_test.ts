import assert from "node:assert/strict";
import { readRefusal } from "../../../lib/registry/registry_error.ts";
import { refusalOf } from "../../../lib/registry/refusal.ts";
import { PassingError } from "../../../lib/registry/retry.ts";

const READING = { host: "r.example", silenceMs: 1000 };

Deno.test("readRefusal() takes what there is", () => {
  const bodies: [string, object][] = [
    ['{"errors":[{"code":"A","message":"m"},{"code":"B"}]}', {
      code: "A",
      message: "m",
    }],
    ['{"details":"incorrect"}', { message: "incorrect" }],
    ['{"errors":[]}', {}],
    ['{"errors":[null]}', {}],
    ["null", {}],
    ["", {}],
    ["<html>", {}],
    ['{"errors":[{"code":7,"message":{}}]}', {}],
  ];
  for (const [body, expected] of bodies) {
    assert.deepEqual(readRefusal(body), expected, body);
  }
});

Deno.test("refusalOf() says what the registry says, and what that means", async () => {
  const told = new Response('{"errors":[{"code":"DENIED","message":"no"}]}', {
    status: 403,
  });
  const error = await refusalOf(told, "Cannot x", READING);
  assert.equal(error.message, "Cannot x: no (403 forbidden)");
  assert.equal(error.code, "DENIED");
  const mute = await refusalOf(
    new Response("", { status: 418 }),
    "Cannot x",
    READING,
  );
  assert.equal(mute.message, "Cannot x: the registry answers 418");
});

Deno.test("refusalOf() tells when to ask again, and reads no endless page", async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
  });
  const busy = new Response(endless, {
    status: 429,
    headers: { "retry-after": "2" },
  });
  const error = await refusalOf(busy, "Cannot x", READING);
  assert.ok(error instanceof PassingError);
  assert.equal(error.retryAfterMs, 2000);
});
