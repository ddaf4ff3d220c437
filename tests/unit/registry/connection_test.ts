/** @module */
import assert from "node:assert/strict";
import { brokenOff, unreachable } from "../../../lib/registry/connection.ts";
import { PassingError } from "../../../lib/registry/retry.ts";

/** What `fetch` throws. */
function failure(reason: string): TypeError {
  const cause = new Error(
    `error sending request for url (https://a.example/?key=secret): client error (Connect): ${reason}`,
  );
  return new TypeError("error sending request", { cause });
}

const CLIENT =
  "client.cert and client.key in /etc/docker/certs.d/a.example, if it asks for them";

Deno.test("unreachable() advises by what TLS has come to", () => {
  const advice = (reason: string, address = "https://a.example/"): unknown => {
    const error = unreachable(failure(reason), new URL(address));
    assert.equal(error.message, `Cannot reach "a.example": ${reason}`);
    return error.advice;
  };
  assert.equal(advice("received fatal alert: CertificateRequired"), CLIENT);
  assert.equal(advice("stream closed because of a broken pipe"), CLIENT);
  assert.equal(advice("connection closed"), CLIENT);
  assert.equal(
    advice("invalid peer certificate: UnknownIssuer"),
    'name a "ca" file for it in registries.json',
  );
  assert.equal(advice("connection closed", "http://a.example/"), undefined);
  assert.equal(advice("Connection refused (os error 111)"), undefined);
});

Deno.test("brokenOff() is worth another try and names no address", () => {
  const error = brokenOff(failure("connection closed"), "a.example");
  assert.ok(error instanceof PassingError);
  assert.equal(error.message, 'Cannot reach "a.example": connection closed');
  assert.doesNotMatch(Deno.inspect(error), /secret/);
});
