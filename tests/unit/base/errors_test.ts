/**
 * What callers may decide on: class, name, fields, cause.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ConflictError,
  HostError,
  IntegrityError,
  InvalidStateError,
  NotFoundError,
  SpecError,
  StartError,
  startStatus,
  TsdockerError,
  UsageError,
} from "../../../lib/base/errors.ts";

const PLAIN = {
  UsageError,
  NotFoundError,
  ConflictError,
  HostError,
  IntegrityError,
};

for (const [name, Class] of Object.entries(PLAIN)) {
  Deno.test(`${name} keeps message, advice and cause`, () => {
    const cause = new Error("why");
    const error = new Class("what", { advice: "do this", cause });
    assert.ok(error instanceof TsdockerError);
    assert.equal(error.name, name);
    assert.equal(error.message, "what");
    assert.equal(error.advice, "do this");
    assert.equal(error.cause, cause);
  });
}

Deno.test("TsdockerError without details has neither advice nor cause", () => {
  const error = new TsdockerError("what");
  assert.equal(error.advice, undefined);
  assert.ok(!("cause" in error));
});

Deno.test("SpecError points at the member at fault", () => {
  const error = new SpecError("/process/args", "Empty");
  assert.equal(error.name, "SpecError");
  assert.equal(error.pointer, "/process/args");
});

Deno.test("InvalidStateError tells container, operation and status", () => {
  const error = new InvalidStateError("web", "remove", "running", "Cannot", {
    advice: "stop it",
  });
  assert.equal(error.name, "InvalidStateError");
  assert.deepEqual(
    [error.id, error.operation, error.actual, error.message, error.advice],
    ["web", "remove", "running", "Cannot", "stop it"],
  );
});

Deno.test("StartError tells the reason", () => {
  const error = new StartError("not-executable", "Cannot start");
  assert.equal(error.name, "StartError");
  assert.equal(error.reason, "not-executable");
  assert.ok(error instanceof TsdockerError);
});

Deno.test("startStatus() is that of a shell", () => {
  const cases = [
    [new StartError("not-found", ""), 127],
    [new StartError("not-executable", ""), 126],
    [new StartError("setup", ""), 125],
    [new HostError(""), 125],
    ["thrown", 125],
  ] as const;
  for (const [error, status] of cases) {
    assert.equal(startStatus(error), status);
  }
});
