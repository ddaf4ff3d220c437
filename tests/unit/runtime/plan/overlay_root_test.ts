/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  type RootMount,
  rootMountSteps,
} from "../../../../lib/runtime/plan/overlay_root.ts";

/** Paths as long as those in the store. */
function layers(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      `/var/lib/tsdocker/layers/${index.toString(16).padStart(64, "0")}`,
  );
}

function overlay(lower: readonly string[]): RootMount {
  const directory = `/var/lib/tsdocker/containers/${"c".repeat(64)}`;
  return {
    destination: "/",
    type: "overlay",
    source: "overlay",
    options: [
      `lowerdir=${lower.join(":")}`,
      `upperdir=${directory}/upper`,
      `workdir=${directory}/work`,
      "index=off",
      "nodev",
    ],
    lower,
  };
}

function texts(lower: readonly string[]): string[] {
  return rootMountSteps("/merged", overlay(lower)).map(describeStep);
}

Deno.test("rootMountSteps() spells layers as long as they fit into a page", () => {
  const mount = overlay(layers(40));
  const [step, ...others] = rootMountSteps("/merged", mount);
  assert.deepEqual(others, []);
  assert.equal(step?.args[4], mount.options.slice(0, -1).join(","));
  assert.ok(String(step?.args[4]).length <= 4095);
});

Deno.test("rootMountSteps() opens layers that do not fit and names descriptors", () => {
  const lower = layers(126);
  const steps = texts(lower);
  assert.equal(steps.length, 127);
  assert.equal(
    steps[125],
    `openat(AT_FDCWD, "${lower[125]}", O_PATH|O_DIRECTORY|O_CLOEXEC)`,
  );
  const directory = `/var/lib/tsdocker/containers/${"c".repeat(64)}`;
  const names = lower.map((_, index) => `/proc/self/fd/$layer.${index}`);
  assert.equal(
    steps[126],
    `mount("overlay", "/merged", "overlay", MS_NODEV, "lowerdir=${
      names.join(":")
    },upperdir=${directory}/upper,workdir=${directory}/work,index=off")`,
  );
});

Deno.test("rootMountSteps() counts bytes, not characters", () => {
  const long = `/${"é".repeat(250)}`;
  const fits = Array.from({ length: 7 }, () => long);
  assert.equal(texts(fits).length, 1);
  assert.equal(texts([...fits, long]).length, 9);
});

Deno.test("rootMountSteps() refuses more than can be named", () => {
  assert.throws(() => texts(layers(250)), SpecError);
});

Deno.test("rootMountSteps() leaves what is no overlay alone", () => {
  const mount = {
    destination: "/",
    type: "tmpfs",
    source: "tmpfs",
    options: [],
  };
  assert.deepEqual(rootMountSteps("/r", mount).map(describeStep), [
    'mount("tmpfs", "/r", "tmpfs", 0, NULL)',
  ]);
});
