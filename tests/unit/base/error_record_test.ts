/** @module */
import assert from "node:assert/strict";
import {
  fromErrorRecord,
  toErrorRecord,
} from "../../../lib/base/error_record.ts";
import {
  ConflictError,
  HostError,
  IntegrityError,
  InvalidStateError,
  NotFoundError,
  SpecError,
  StartError,
  TsdockerError,
  UsageError,
} from "../../../lib/base/errors.ts";

/** As it is on the other side of a pipe. */
function carry(thrown: unknown): Error {
  return fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(thrown))));
}

for (
  const known of [
    UsageError,
    NotFoundError,
    ConflictError,
    HostError,
    IntegrityError,
  ]
) {
  Deno.test(`fromErrorRecord() gives a ${known.name} again`, () => {
    const error = carry(new known("Cannot", { advice: "do not" }));
    assert.ok(error instanceof known);
    assert.equal(error.name, known.name);
    assert.equal(error.message, "Cannot");
    assert.equal(error.advice, "do not");
    const plain = carry(new known("Cannot"));
    assert.ok(plain instanceof known);
    assert.equal(plain.advice, undefined);
  });
}

for (const reason of ["not-found", "not-executable", "setup"] as const) {
  Deno.test(`fromErrorRecord() keeps why it did not start: ${reason}`, () => {
    const error = carry(new StartError(reason, "No", { advice: "go" }));
    assert.ok(error instanceof StartError);
    assert.equal(error.reason, reason);
    assert.equal(error.message, "No");
    assert.equal(error.advice, "go");
  });
}

Deno.test("fromErrorRecord() gives a SpecError again, but for its pointer", () => {
  const error = carry(new SpecError("/linux", "No such", { advice: "a" }));
  assert.ok(error instanceof SpecError);
  assert.equal(error.message, "No such");
  assert.equal(error.advice, "a");
});

Deno.test("toErrorRecord() knows an error's text, whatever it is", () => {
  const others: readonly [unknown, string][] = [
    [new TypeError("ours"), "ours"],
    [new InvalidStateError("id", "stop", "paused", "is paused"), "is paused"],
    ["a string", "a string"],
    [undefined, "undefined"],
  ];
  for (const [thrown, message] of others) {
    const error = carry(thrown);
    assert.equal(error.constructor, Error);
    assert.equal(error.message, message);
  }
});

Deno.test("toErrorRecord() keeps the stack, as the cause of the other side", () => {
  const original = new HostError("far away");
  const { cause } = carry(original);
  assert.ok(cause instanceof Error);
  assert.equal(cause.stack, original.stack);
  assert.ok(!("stack" in toErrorRecord("no error")));
});

Deno.test("toErrorRecord() is about the first of two errors", () => {
  const first = new StartError("not-found", "first");
  const second = new HostError("while undoing");
  const error = carry(new SuppressedError(second, first, "both"));
  assert.ok(error instanceof StartError);
  assert.equal(error.message, "first");
  const third = new HostError("again");
  const nested = new SuppressedError(third, new SuppressedError(second, first));
  assert.equal(toErrorRecord(nested).message, "first");
});

Deno.test("fromErrorRecord() keeps the advice of a class it does not know", () => {
  const advice = "tsdocker start web";
  const error = carry(
    new InvalidStateError("id", "join", "exited", "not running", { advice }),
  );
  assert.ok(error instanceof TsdockerError);
  assert.equal(error.advice, advice);
});
