/**
 * What the environment makes of the engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import { engineOf } from "../../../lib/cli/engine.ts";
import { type FakeHost, fakeHost } from "../../support/fake_host.ts";

function hostWith(name: string, value: string): FakeHost {
  return fakeHost({ env: new Map([[name, value]]) });
}

Deno.test("engineOf() passes paths, working directory and warnings on", () => {
  const host = fakeHost();
  const engine = engineOf(host);
  engine.inform("Made it");
  engine.warn("Limit clamped");
  assert.equal(engine.paths, host.paths);
  assert.equal(engine.cwd, "/here");
  assert.equal(
    host.err(),
    "tsdocker: Made it\ntsdocker: warning: Limit clamped\n",
  );
});

Deno.test("engineOf() finds images in ./images and the root by default", () => {
  const places = ["/here/images", "/persistent/images"];
  assert.deepEqual(engineOf(fakeHost()).imagePath, places);
  const empty = hostWith("TSDOCKER_IMAGE_PATH", "");
  assert.deepEqual(engineOf(empty).imagePath, places);
});

Deno.test("engineOf() takes TSDOCKER_IMAGE_PATH as a list", () => {
  const { imagePath } = engineOf(hostWith("TSDOCKER_IMAGE_PATH", "/a:b::/c"));
  assert.deepEqual(imagePath, ["/a", "/here/b", "/c"]);
});

Deno.test("engineOf() takes TSDOCKER_LAUNCHER, if there is such a launcher", () => {
  const launcher = (value: string): string =>
    engineOf(hostWith("TSDOCKER_LAUNCHER", value)).launcher;
  assert.equal(engineOf(fakeHost()).launcher, "auto");
  for (const name of ["auto", "native", "reinvoke"]) {
    assert.equal(launcher(name), name);
  }
  assert.equal(launcher(""), "auto");
  assert.throws(() => launcher("fork"), UsageError);
});

Deno.test("engineOf() takes TSDOCKER_NETWORK, and bridge without it", () => {
  assert.equal(engineOf(fakeHost()).defaultNetwork, "bridge");
  for (const [value, expected] of [["", "bridge"], ["none", "none"]] as const) {
    const { defaultNetwork, networkSource } = engineOf(
      hostWith("TSDOCKER_NETWORK", value),
    );
    assert.equal(defaultNetwork, expected);
    assert.equal(networkSource, value === "" ? undefined : "TSDOCKER_NETWORK");
  }
});

Deno.test("engineOf() knows who called sudo, and is nobody's fool", () => {
  const env = new Map([["SUDO_UID", "1000"], ["SUDO_GID", "1001"]]);
  assert.deepEqual(engineOf(fakeHost({ env })).invoker, {
    uid: 1000,
    gid: 1001,
  });
  const own = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  assert.deepEqual(engineOf(fakeHost()).invoker, own);
  assert.deepEqual(engineOf(hostWith("SUDO_UID", "x; rm")).invoker, own);
});
