/**
 * Checks of what bridge networks and published ports will stand on. This
 * version has `none` and `host` only, so no flag depends on them yet.
 *
 * @module
 */
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const NFTABLES = { id: "nftables", title: "nftables" };
const IP_FORWARD = { id: "ip-forward", title: "ip_forward" };

/** Whether nftables answers. */
export function checkNftables(probe: HostProbe): CheckResult {
  const answer = probe.askNftables();
  if (answer.kind === "works") return ok(NFTABLES, "answers");
  return missing(NFTABLES, answer.reason, {
    costs: "no bridge networks and published ports, which are not in this " +
      "version yet",
    fix: "a kernel with nf_tables (modprobe nf_tables); CAP_NET_ADMIN",
  });
}

/** Whether the host passes packets on. */
export function checkIpForward(probe: HostProbe): CheckResult {
  const value = probe.readText("/proc/sys/net/ipv4/ip_forward")?.trim();
  if (value !== undefined && value !== "0") return ok(IP_FORWARD, value);
  return degraded(IP_FORWARD, value ?? "cannot be read", {
    costs: "containers on a bridge, which are not in this version yet, " +
      "would reach this host only",
    fix: "sysctl -w net.ipv4.ip_forward=1",
  });
}
