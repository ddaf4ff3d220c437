/** @module */
import assert from "node:assert/strict";
import type { Answer } from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkIpForward,
  checkNftables,
} from "../../../../lib/engine/doctor/network.ts";
import { fakeProbe, refused } from "../../../support/fake_probe.ts";

Deno.test("checkNftables() repeats the kernel's answer", () => {
  assert.equal(checkNftables(fakeProbe()).detail, "answers");
  const askNftables = (): Answer => refused("socket: EPROTONOSUPPORT");
  const result = checkNftables(fakeProbe({ askNftables }));
  assert.deepEqual([result.status, result.detail], [
    "missing",
    "socket: EPROTONOSUPPORT",
  ]);
  assert.equal(result.stopsRun, undefined);
});

Deno.test("checkIpForward() tells the value", () => {
  const check = (value: string | undefined): string => {
    const files = { "/proc/sys/net/ipv4/ip_forward": value };
    const { status, detail } = checkIpForward(fakeProbe({ files }));
    return `${status}: ${detail}`;
  };
  assert.equal(check("1\n"), "ok: 1");
  assert.equal(check("0\n"), "degraded: 0");
  assert.equal(check(undefined), "degraded: cannot be read");
});
