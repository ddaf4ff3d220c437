/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import { applyImageDefaults } from "../../../lib/engine/image_defaults.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import type { ImageSettings } from "../../../lib/oci/image_spec.ts";
import { runOptions } from "../../support/run_options.ts";

const IMAGE: ImageSettings = {
  User: "app",
  WorkingDir: "/srv",
  StopSignal: "SIGQUIT",
  Env: ["PATH=/bin", "A=1=2", "EMPTY"],
  Labels: { kind: "image", both: "image" },
  Entrypoint: ["/run", "-v"],
  Cmd: ["serve"],
};

/** The command line that comes out. */
function words(options: Partial<RunOptions>, image = IMAGE): unknown {
  const asked = runOptions({ command: [], ...options });
  const { entrypoint, command } = applyImageDefaults(asked, image);
  return [entrypoint, command];
}

Deno.test("applyImageDefaults() leaves alone what an image says nothing of", () => {
  const options = runOptions({ user: "me", workdir: "/x", labels: ["a=b"] });
  assert.deepEqual(applyImageDefaults(options, {}), {
    ...options,
    entrypoint: [],
    imageSettings: {},
  });
});

Deno.test("applyImageDefaults() follows docker's rules of the command line", () => {
  assert.deepEqual(words({}), [["/run", "-v"], ["serve"]]);
  assert.deepEqual(words({ command: ["a"] }), [["/run", "-v"], ["a"]]);
  assert.deepEqual(words({ entrypoint: "/sh" }), ["/sh", []]);
  assert.deepEqual(words({ entrypoint: "" }), ["", []]);
  assert.deepEqual(words({ entrypoint: "x", command: ["a"] }), ["x", ["a"]]);
  assert.deepEqual(words({}, { Cmd: ["sh"] }), [[], ["sh"]]);
});

Deno.test("applyImageDefaults() puts the user's values over the image's", () => {
  const applied = applyImageDefaults(
    runOptions({ env: [{ name: "A", value: "mine" }], labels: ["both=mine"] }),
    IMAGE,
  );
  assert.deepEqual(applied.env, [
    { name: "PATH", value: "/bin" },
    { name: "A", value: "1=2" },
    { name: "EMPTY", value: "" },
    { name: "A", value: "mine" },
  ]);
  assert.deepEqual(applied.labels, ["kind=image", "both=image", "both=mine"]);
  const { user, workdir, stopSignal } = applied;
  assert.deepEqual([user, workdir, stopSignal], ["app", "/srv", "SIGQUIT"]);
  const asked = { user: "me", workdir: "/x", stopSignal: "9" };
  const own = applyImageDefaults(runOptions(asked), IMAGE);
  assert.deepEqual(
    [own.user, own.workdir, own.stopSignal],
    ["me", "/x", "9"],
  );
});

Deno.test("applyImageDefaults() mends a relative directory, not a variable", () => {
  const { workdir } = applyImageDefaults(runOptions(), { WorkingDir: "srv" });
  assert.equal(workdir, "/srv");
  const own = applyImageDefaults(runOptions({ workdir: "x" }), {});
  assert.equal(own.workdir, "x", "for whoever judges it to refuse");
  assert.throws(
    () => applyImageDefaults(runOptions(), { Env: ["=x"] }),
    UsageError,
  );
});
