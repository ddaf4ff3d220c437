/**
 * Checks of what networks of containers and published ports stand on.
 *
 * @module
 */
import { type CheckResult, degraded, missing, ok } from "./check_result.ts";
import type { HostProbe } from "./host_probe.ts";

const NFTABLES = { id: "nftables", title: "nftables" };
const BRIDGE = { id: "bridge", title: "bridge and veth" };
const IP_FORWARD = { id: "ip-forward", title: "ip_forward" };
const BRIDGE_FILTER = { id: "bridge-filter", title: "br_netfilter" };
const FIREWALLS = { id: "firewalls", title: "other firewalls" };

/** What a container has that cannot be connected. */
const NO_NETWORKS = {
  costs: "no bridge networks and no published ports: run takes " +
    "--network none or host",
  flags: ["--network", "--publish"],
} as const;

/** Whether nftables answers. */
export function checkNftables(probe: HostProbe): CheckResult {
  const answer = probe.askNftables();
  if (answer.kind === "works") return ok(NFTABLES, "answers");
  const fix = "a kernel with nf_tables (modprobe nf_tables); CAP_NET_ADMIN";
  return missing(NFTABLES, answer.reason, { ...NO_NETWORKS, fix });
}

/** Whether the devices of bridge networks can be made. */
export function checkBridge(probe: HostProbe): CheckResult {
  const answer = probe.makeBridge();
  if (answer.kind === "works") return ok(BRIDGE, "can be made");
  const fix =
    "a kernel with both (modprobe -a bridge veth); CAP_NET_ADMIN, CAP_SYS_ADMIN";
  return missing(BRIDGE, answer.reason, { ...NO_NETWORKS, fix });
}

/** Whether the host passes packets on. */
export function checkIpForward(probe: HostProbe): CheckResult {
  const value = probe.readText("/proc/sys/net/ipv4/ip_forward")?.trim();
  if (value === "0") {
    return ok(IP_FORWARD, "0; set to 1 for the first container on a bridge");
  }
  if (value !== undefined) return ok(IP_FORWARD, value);
  return degraded(IP_FORWARD, "cannot be read", {
    costs: "containers on a bridge may reach this host only",
    fix: "sysctl -w net.ipv4.ip_forward=1",
  });
}

/** Whether packets within bridges are filtered as if they were routed. */
export function checkBridgeFilter(probe: HostProbe): CheckResult {
  const values = ["iptables", "ip6tables"].map((program) =>
    probe.readText(`/proc/sys/net/bridge/bridge-nf-call-${program}`)?.trim()
  );
  return values.includes("1")
    ? ok(BRIDGE_FILTER, "filters what stays within a bridge")
    : ok(BRIDGE_FILTER, "leaves alone what stays within a bridge");
}

/** Whether others let pass what containers send. */
export function checkFirewalls(probe: HostProbe): CheckResult {
  const found = probe.findFirewalls();
  if (found.length === 0) return ok(FIREWALLS, "none in the way of bridges");
  return degraded(FIREWALLS, found.map(({ problem }) => problem).join("; "), {
    costs: "containers on a bridge do not reach the world, and their " +
      "published ports are not reached from it",
    fix: found.map(({ advice }) => advice).join("; "),
  });
}
