/** @module */
import assert from "node:assert/strict";
import type { Answer } from "../../../../lib/engine/doctor/host_probe.ts";
import type { DropAdvice } from "../../../../lib/network/foreign_drops.ts";
import {
  checkBridge,
  checkBridgeFilter,
  checkFirewalls,
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

Deno.test("checkBridge() repeats the kernel's answer", () => {
  assert.equal(checkBridge(fakeProbe()).status, "ok");
  const makeBridge = (): Answer => refused("Cannot create the bridge");
  const { status, detail, flags } = checkBridge(fakeProbe({ makeBridge }));
  assert.deepEqual([status, detail], ["missing", "Cannot create the bridge"]);
  assert.deepEqual(flags, ["--network", "--publish"]);
});

Deno.test("checkIpForward() tells the value", () => {
  const check = (value: string | undefined): string => {
    const files = { "/proc/sys/net/ipv4/ip_forward": value };
    const { status, detail } = checkIpForward(fakeProbe({ files }));
    return `${status}: ${detail}`;
  };
  assert.equal(check("1\n"), "ok: 1");
  assert.match(check("0\n"), /^ok: 0; set to 1 for/);
  assert.equal(check(undefined), "degraded: cannot be read");
});

Deno.test("checkBridgeFilter() tells of either version of IP", () => {
  const filters = (program: string, value: string): boolean => {
    const path = `/proc/sys/net/bridge/bridge-nf-call-${program}`;
    const { status, detail } = checkBridgeFilter(
      fakeProbe({ files: { [path]: value } }),
    );
    assert.equal(status, "ok");
    return detail.startsWith("filters");
  };
  assert.ok(filters("iptables", "1\n"));
  assert.ok(filters("ip6tables", "1\n"));
  assert.ok(!filters("ip6tables", "0\n"));
});

Deno.test("checkFirewalls() joins what there is to tell", () => {
  assert.equal(checkFirewalls(fakeProbe()).status, "ok");
  const findFirewalls = (): readonly DropAdvice[] => [
    { problem: "one drops", advice: "do this" },
    { problem: "another drops", advice: "do that" },
  ];
  const found = checkFirewalls(fakeProbe({ findFirewalls }));
  assert.deepEqual([found.status, found.detail, found.fix], [
    "degraded",
    "one drops; another drops",
    "do this; do that",
  ]);
});
