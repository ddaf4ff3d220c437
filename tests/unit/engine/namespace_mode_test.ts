/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseIpcMode,
  parseNamespaceMode,
} from "../../../lib/engine/namespace_mode.ts";

const FLAGS = { pid: "PID", uts: "UTS", cgroupns: "CGROUP" } as const;

for (const [flag, name] of Object.entries(FLAGS)) {
  const parse = (text?: string) =>
    parseNamespaceMode(flag as keyof typeof FLAGS, text);

  Deno.test(`parseNamespaceMode() reads --${flag}`, () => {
    for (const text of [undefined, "", "private"]) {
      assert.equal(parse(text), "private");
    }
    assert.equal(parse("host"), "host");
  });

  Deno.test(`parseNamespaceMode() refuses other words of --${flag}`, () => {
    for (const text of ["x", "HOST", "none", "host ", "shareable"]) {
      assert.throws(() => parse(text), {
        name: "UsageError",
        message: `--${flag}: invalid ${name} mode "${text}"`,
        advice: "private or host",
      });
    }
  });
}

Deno.test("parseNamespaceMode() says what of docker's is still missing", () => {
  assert.throws(() => parseNamespaceMode("pid", "container:web"), {
    name: "UsageError",
    advice: "private or host; joining other containers does not exist yet",
  });
});

Deno.test("parseIpcMode() reads docker's words", () => {
  for (const text of [undefined, "", "private", "shareable"]) {
    assert.equal(parseIpcMode(text), "private");
  }
  assert.equal(parseIpcMode("none"), "none");
  assert.equal(parseIpcMode("host"), "host");
});

Deno.test("parseIpcMode() refuses others", () => {
  for (const text of ["x", "None"]) {
    assert.throws(() => parseIpcMode(text), {
      name: "UsageError",
      message: `--ipc: invalid IPC mode "${text}"`,
      advice: "private, none or host",
    });
  }
});
