/**
 * What the flags before the command decide.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  GLOBAL_SPEC,
  type GlobalOptions,
  logLevelFor,
  pathsFor,
} from "../../../lib/cli/global_flags.ts";
import { parseArguments } from "../../../lib/cli/parse.ts";

function options(...args: string[]): GlobalOptions {
  return parseArguments(GLOBAL_SPEC, "", args).options;
}

Deno.test("pathsFor() uses the default roots", () => {
  const { root, runRoot } = pathsFor(options(), "/here");
  assert.deepEqual([root, runRoot], ["/var/lib/tsdocker", "/run/tsdocker"]);
});

Deno.test("pathsFor() starts relative roots at the working directory", () => {
  const flags = options("--root", "a/b", "--run-root=../r");
  const { root, runRoot } = pathsFor(flags, "/here");
  assert.deepEqual([root, runRoot], ["/here/a/b", "/here/../r"]);
  assert.equal(pathsFor(flags, "/").root, "/a/b");
});

Deno.test("pathsFor() refuses an empty root", () => {
  assert.throws(() => pathsFor(options("--root="), "/"), UsageError);
  assert.throws(() => pathsFor(options("--run-root", ""), "/"), UsageError);
});

Deno.test("logLevelFor() follows --log-level, and --debug above it", () => {
  assert.equal(logLevelFor(options()), "info");
  assert.equal(logLevelFor(options("-l", "error")), "error");
  assert.equal(logLevelFor(options("-D", "-l", "error")), "debug");
});
