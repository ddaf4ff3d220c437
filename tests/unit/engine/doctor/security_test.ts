/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkAppArmor,
  checkKeyrings,
  checkNestedNamespaces,
  checkSeccomp,
  checkSelinux,
} from "../../../../lib/engine/doctor/security.ts";
import {
  fakeProbe,
  refused,
  UNTRIED,
  WORKS,
} from "../../../support/fake_probe.ts";

const ACTIONS = "/proc/sys/kernel/seccomp/actions_avail";

Deno.test("checkSeccomp() installs a filter in a process of its own", () => {
  const trials: Trial[] = [];
  const result = checkSeccomp(fakeProbe({
    attempt(trial): Answer {
      trials.push(trial);
      return WORKS;
    },
  }));
  assert.deepEqual([result.status, result.detail], [
    "ok",
    "filters can be installed",
  ]);
  assert.equal(trials[0]?.calls?.[0]?.call, "seccomp");
  assert.ok(trials[0]?.lasting);
});

Deno.test("checkSeccomp() stops run where no filter is taken", () => {
  const attempt = (): Answer => refused("seccomp: EINVAL");
  const result = checkSeccomp(fakeProbe({ attempt }));
  assert.equal(result.status, "missing");
  assert.ok(result.stopsRun);
  assert.match(result.costs ?? "", /seccomp=unconfined/);
});

Deno.test("checkSeccomp() believes the kernel's list if it cannot try", () => {
  const attempt = (): Answer => UNTRIED;
  const offered = checkSeccomp(fakeProbe({ attempt }));
  assert.equal(offered.status, "ok");
  assert.match(offered.detail, /not tried/);
  const files = { [ACTIONS]: undefined };
  assert.equal(checkSeccomp(fakeProbe({ attempt, files })).status, "missing");
});

Deno.test("checkSeccomp() misses actions that profiles may ask for", () => {
  const files = { [ACTIONS]: "kill_thread trap errno trace allow\n" };
  const result = checkSeccomp(fakeProbe({ files }));
  assert.equal(result.status, "degraded");
  assert.equal(result.detail, "has no kill_process, log");
});

Deno.test("checkAppArmor() asks the module", () => {
  const check = (enabled: string | undefined): CheckResult =>
    checkAppArmor(fakeProbe({
      files: { "/sys/module/apparmor/parameters/enabled": enabled },
    }));
  assert.equal(check("Y\n").status, "ok");
  assert.equal(check("N\n").status, "missing");
  assert.equal(check(undefined).status, "missing");
  assert.equal(check(undefined).stopsRun, undefined);
});

Deno.test("checkSelinux() minds a policy that is enforced", () => {
  const check = (enforce: string | undefined): string => {
    const files = { "/sys/fs/selinux/enforce": enforce };
    const { status, detail } = checkSelinux(fakeProbe({ files }));
    return `${status}: ${detail}`;
  };
  assert.equal(check(undefined), "ok: not in use");
  assert.equal(check("0"), "ok: permissive");
  assert.equal(check("1"), "degraded: enforcing");
});

Deno.test("checkKeyrings() tells what is refused from what is not there", () => {
  const check = (answer: Answer): string => {
    const { status, detail } = checkKeyrings(
      fakeProbe({ attempt: () => answer }),
    );
    return `${status}: ${detail}`;
  };
  assert.equal(check(WORKS), "ok: each container gets one of its own");
  assert.equal(check(UNTRIED), "ok: not tried");
  assert.equal(
    check(refused("keyctl: ENOSYS", ERRNO.ENOSYS)),
    "ok: this kernel has none, or hides them",
  );
  assert.equal(
    check(refused("keyctl: EPERM", ERRNO.EPERM)),
    "degraded: keyctl: EPERM",
  );
  assert.equal(
    check(refused("keyctl: EDQUOT", ERRNO.EDQUOT)),
    "missing: keyctl: EDQUOT",
  );
  const full = checkKeyrings(
    fakeProbe({ attempt: () => refused("keyctl: EDQUOT", ERRNO.EDQUOT) }),
  );
  assert.ok(full.stopsRun);
});

Deno.test("checkNestedNamespaces() knows the sysctls of Debian and Ubuntu", () => {
  const check = (files: Record<string, string>): CheckResult =>
    checkNestedNamespaces(fakeProbe({ files }));
  const path = "/proc/sys/kernel/";
  assert.equal(check({}).status, "ok");
  assert.equal(
    check({ [`${path}unprivileged_userns_clone`]: "1\n" }).status,
    "ok",
  );
  const debian = check({ [`${path}unprivileged_userns_clone`]: "0\n" });
  assert.equal(debian.detail, "kernel.unprivileged_userns_clone is 0");
  assert.equal(debian.fix, "sysctl -w kernel.unprivileged_userns_clone=1");
  const ubuntu = check({
    [`${path}apparmor_restrict_unprivileged_userns`]: "1\n",
  });
  assert.equal(
    ubuntu.fix,
    "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  );
});
