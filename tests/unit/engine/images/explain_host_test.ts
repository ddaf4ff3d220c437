import assert from "node:assert/strict";
import { SyscallError } from "../../../../ffi/errno.ts";
import { HostError, IntegrityError } from "../../../../lib/base/errors.ts";
import { RegistryError } from "../../../../lib/registry/registry_error.ts";
import { explainingHost } from "../../../../lib/engine/images/explain_host.ts";

const ENOSPC = 28;

Deno.test("explainingHost() says what was attempted, of any call", async () => {
  const expected = new HostError(
    "Cannot import it: ENOSPC (no space left on device)",
  );
  for (
    const act of [
      () => Promise.reject(new SyscallError("write", ENOSPC, "3")),
      () => Deno.writeFile("/dev/full", new Uint8Array(1)),
    ]
  ) {
    await assert.rejects(explainingHost("Cannot import it", act), (error) => {
      assert.ok(error instanceof HostError && error.cause !== undefined);
      assert.equal(error.message, expected.message);
      return true;
    });
  }
});

Deno.test("explainingHost() leaves results and other errors alone", async () => {
  assert.equal(await explainingHost("Cannot", () => Promise.resolve(1)), 1);
  const errors = [
    new IntegrityError("It is damaged"),
    new RegistryError(0, undefined, "Cannot reach it (os error 111)"),
  ];
  for (const error of errors) {
    await assert.rejects(
      explainingHost("Cannot", () => Promise.reject(error)),
      error,
    );
  }
});
