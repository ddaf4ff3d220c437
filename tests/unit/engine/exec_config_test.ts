/** @module */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import type { ContainerConfig } from "../../../lib/engine/container_config.ts";
import { execConfig } from "../../../lib/engine/exec_config.ts";
import type { ExecOptions } from "../../../lib/engine/exec_options.ts";
import { buildSpec } from "../../../lib/engine/spec_builder.ts";
import { containerConfig, SPEC_INPUT } from "../../support/run_options.ts";

function config(
  options: Partial<ExecOptions> = {},
  changes: Partial<ContainerConfig> = {},
): ContainerConfig {
  return execConfig(containerConfig(changes), {
    args: ["id"],
    tty: false,
    env: [],
    privileged: false,
    withoutCaller: "ends",
    ...options,
  });
}

Deno.test("execConfig() changes nothing but the program where nothing is asked", () => {
  const changes: Partial<ContainerConfig> = {
    env: ["A=1", "B=x=y"],
    unsetEnv: ["HOME"],
    user: "web:4",
    workdir: "/srv",
    capDrop: ["ALL"],
    tty: true,
  };
  assert.deepEqual(config({}, changes), {
    ...containerConfig(changes),
    args: ["id"],
    tty: false,
  });
});

Deno.test("execConfig() adds variables, the last of a name counts", () => {
  const env = [
    { name: "B", value: "2" },
    { name: "C", value: "3" },
    { name: "A" },
    { name: "HOME", value: "/h" },
  ];
  const made = config({ env }, { env: ["A=1", "B=1"], unsetEnv: ["HOME"] });
  assert.deepEqual(made.env, ["HOME=/h", "B=2", "C=3"]);
  assert.deepEqual(made.unsetEnv, ["A"]);
});

Deno.test("execConfig() takes user and directory; empty ones are as none", () => {
  const made = config({ user: "33", workdir: "/a/./b/" });
  assert.deepEqual([made.user, made.workdir], ["33", "/a/b"]);
  const same = config({ user: "", workdir: "" }, { user: "4", workdir: "/w" });
  assert.deepEqual([same.user, same.workdir], ["4", "/w"]);
});

Deno.test("execConfig() refuses a relative directory and an empty program", () => {
  assert.throws(() => config({ workdir: "srv" }), UsageError);
  assert.throws(() => config({ args: [""] }), {
    name: "UsageError",
    message: "the command is an empty string",
  });
});

Deno.test("execConfig() gives all capabilities to a privileged program, in the container's filter", () => {
  const changes: Partial<ContainerConfig> = {
    capAdd: ["CAP_NET_ADMIN"],
    capDrop: ["ALL"],
    apparmor: "mine",
    noNewPrivileges: true,
  };
  const made = config({ privileged: true }, changes);
  assert.equal(made.apparmor, undefined);
  assert.equal(made.seccomp, "default");
  assert.ok(made.noNewPrivileges);
  const { process } = buildSpec(made, SPEC_INPUT);
  assert.deepEqual(
    new Set(process.capabilities.effective),
    SPEC_INPUT.heldCapabilities,
  );
});
