/**
 * @module
 */
import assert from "node:assert/strict";
import { defaultSysctls, parseSysctls } from "../../../lib/engine/sysctl.ts";
import { sysctlPath } from "../../../lib/runtime/plan/sysctl.ts";

const PRIVATE = { ipc: "private", network: "none" } as const;

const ALLOWED = [
  "kernel.msgmax=1",
  "kernel.msgmnb=1",
  "kernel.msgmni=1",
  "kernel.sem=250 32000 100 128",
  "kernel.shmall=1",
  "kernel.shmmax=1",
  "kernel.shmmni=1",
  "kernel.shm_rmid_forced=1",
  "fs.mqueue.msg_max=10",
  "net.ipv4.ip_forward=1",
  "net.ipv4.ip_local_port_range=1024\t65535",
  "net.core.somaxconn=",
  "net.ipv4.conf.all.forwarding=a=b",
  "net/ipv4/conf/eth0.100/forwarding=1",
];

for (const text of ALLOWED) {
  Deno.test(`parseSysctls() takes "${text}"`, () => {
    const equals = text.indexOf("=");
    const name = text.slice(0, equals);
    assert.deepEqual(parseSysctls([text], PRIVATE), {
      [name]: text.slice(equals + 1),
    });
    assert.ok(sysctlPath(name), "and the plan can set it");
  });
}

const REFUSED = [
  "",
  "x",
  "=1",
  "kernel.foo=1",
  "kernel.core_pattern=|/x",
  "kernel.hostname=x",
  "kernel.domainname=x",
  "kernel.msgmaxi=1",
  "vm.overcommit_memory=1",
  "fs.file-max=1",
  "fs.mqueue=1",
  "net=1",
  "net.=1",
  "net..x=1",
  "netx.y=1",
  "net.ipv4.ip_forward",
  "net.../kernel/core_pattern=x",
  "net/../kernel/core_pattern=x",
  "net/./x=1",
  "net/ipv4/../x=1",
  "net.ipv4/x=1",
  "kernel.msgmax/=1",
  "/net/x=1",
  "net.ipv4 .x=1",
  "net.ipv4.x=1\n2",
  "__proto__=1",
];

for (const text of REFUSED) {
  Deno.test(`parseSysctls() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseSysctls([text], PRIVATE), {
      name: "UsageError",
      message:
        `invalid argument "${text}" for "--sysctl" flag: sysctl '${text}' is not allowed`,
    });
  });
}

Deno.test("parseSysctls() sets nothing in the host's namespaces", () => {
  const ofNetwork = ["net.ipv4.ip_forward=1", "net/ipv4/ip_forward=1"];
  for (const text of ofNetwork) {
    const name = text.slice(0, -2);
    assert.throws(() => parseSysctls([text], { ...PRIVATE, network: "host" }), {
      name: "UsageError",
      message: `sysctl "${name}" not allowed in host network namespace`,
    });
    assert.ok(parseSysctls([text], { ...PRIVATE, ipc: "host" }));
  }
  for (const name of ["kernel.msgmax", "fs.mqueue.msg_max"]) {
    const texts = [`${name}=1`];
    assert.throws(() => parseSysctls(texts, { ...PRIVATE, ipc: "host" }), {
      name: "UsageError",
      message: `sysctl "${name}" is not allowed in the hosts ipc namespace`,
    });
    assert.ok(parseSysctls(texts, { ...PRIVATE, network: "host" }));
    assert.ok(parseSysctls(texts, { ...PRIVATE, ipc: "none" }));
  }
});

Deno.test("parseSysctls() lets the last of a name count", () => {
  assert.deepEqual(
    parseSysctls(["net.a=1", "net.b=1", "net.a=2"], PRIVATE),
    { "net.a": "2", "net.b": "1" },
  );
});

Deno.test("defaultSysctls() are docker's, for namespaces of the container's own", () => {
  assert.deepEqual(defaultSysctls("none", "host"), {
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0 2147483647",
  });
  assert.deepEqual(defaultSysctls("host", "host"), {});
  assert.deepEqual(defaultSysctls("none", "own"), {});
});
