/** @module */
import assert from "node:assert/strict";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import { claimCidfile } from "../../../../lib/engine/containers/cidfile.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("claimCidfile() is undone by removing the file", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/cid`;
  const id = createContainerId();
  {
    using _claim = claimCidfile(path, id);
    assert.equal(Deno.readTextFileSync(path), id);
  }
  assert.throws(() => Deno.lstatSync(path), { name: "NotFound" });
});

Deno.test("claimCidfile() leaves alone what somebody put in the file's place", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/cid`;
  {
    using _claim = claimCidfile(path, createContainerId());
    Deno.removeSync(path);
    Deno.mkdirSync(`${path}/precious`, { recursive: true });
  }
  assert.ok(Deno.statSync(`${path}/precious`).isDirectory);
});

Deno.test("claimCidfile() does not mind that the file is gone", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/cid`;
  using _claim = claimCidfile(path, createContainerId());
  Deno.removeSync(path);
});
