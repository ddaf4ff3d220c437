/**
 * What a program that knows nothing of tsdocker finds itself able to do in a
 * container with default options.
 *
 * @module
 */
import assert from "node:assert/strict";
import { buildProbe, missingCompiler } from "../support/probe.ts";
import { forEachLauncher, type Place } from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

/** System calls, and what the kernel or the filter answers. */
const CALLS: Readonly<Record<string, string>> = {
  "mount": "EPERM",
  "umount2": "EPERM",
  "pivot_root": "EPERM",
  "unshare-mount": "EPERM",
  "unshare-user": "EPERM",
  "unshare-pid": "EPERM",
  "unshare-net": "EPERM",
  "unshare-ipc": "EPERM",
  "unshare-uts": "EPERM",
  "unshare-cgroup": "EPERM",
  "unshare-time": "EPERM",
  "clone-mount": "EPERM",
  "clone-net": "EPERM",
  "clone-user": "EPERM",
  // So that the C library goes on with clone, whose flags can be looked at.
  "clone3": "ENOSYS",
  "setns": "EPERM",
  "keyctl": "EPERM",
  "add_key": "EPERM",
  "request_key": "EPERM",
  "bpf": "EPERM",
  "perf_event_open": "EPERM",
  "userfaultfd": "EPERM",
  "io_uring_setup": "EPERM",
  "io_uring_enter": "EPERM",
  "kexec_load": "EPERM",
  "init_module": "EPERM",
  "finit_module": "EPERM",
  "delete_module": "EPERM",
  "open_by_handle_at": "EPERM",
  "swapon": "EPERM",
  "swapoff": "EPERM",
  "reboot": "EPERM",
  "settimeofday": "EPERM",
  "quotactl": "EPERM",
  "acct": "EPERM",
  "syslog": "EPERM",
  "vhangup": "EPERM",
  "fanotify_init": "EPERM",
  "fsopen": "EPERM",
  "fsmount": "EPERM",
  "fspick": "EPERM",
  "quotactl_fd": "EPERM",
  "clock_settime": "EPERM",
  "lookup_dcookie": "EPERM",
  "move_pages": "EPERM",
  "alg": "EPERM",
  "open_tree": "EPERM",
  "move_mount": "EPERM",
  "mount_setattr": "EPERM",
  "sethostname": "EPERM",
  "setdomainname": "EPERM",
  "personality-query": "ok",
  "personality-read-implies-exec": "EPERM",
  "ptrace-traceme": "ok",
  "chroot": "ok",
  "vsock": "EPERM",
  "packet": "ok",
  "inet": "ok",
};

/** The same by other doors of the same kernel. */
const X86_CALLS: Readonly<Record<string, string>> = {
  "iopl": "EPERM",
  "ioperm": "EPERM",
  "getpid-32": "ok",
  "mount-32": "EPERM",
  "unshare-32": "EPERM",
  "bpf-32": "EPERM",
  "keyctl-32": "EPERM",
  "mount-x32": "EPERM",
  "bpf-x32": "EPERM",
};

const ALLOWED_DEVICES = ["null", "zero", "full", "random", "urandom"];

const MASKED = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

const READONLY = [
  "/proc/sys/kernel/core_pattern",
  "/proc/sys/kernel/hostname",
  "/proc/sys/vm/drop_caches",
  "/proc/sysrq-trigger",
  "/proc/irq/default_smp_affinity",
  "/sys/kernel/mm/transparent_hugepage/enabled",
];

/** What the probe found, by kind and name. */
type Findings = ReadonlyMap<string, string>;

async function probe(place: Place, ...flags: string[]): Promise<Findings> {
  const directory = await unpackImage(`${place.work}/image`, {
    probe: await buildProbe(),
  });
  const { code, stdout, stderr } = await place.run(
    ...["--rm", ...flags, directory, "/probe"],
    ...MASKED.map((path) => `m:${path}`),
    ...READONLY.map((path) => `w:${path}`),
  );
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return new Map(
    stdout.trim().split("\n").map((line) => {
      const [kind, name, ...result] = line.split(" ");
      return [`${kind} ${name}`, result.join(" ")];
    }),
  );
}

/** What is of one kind. */
function of(findings: Findings, kind: string): Record<string, string> {
  return Object.fromEntries(
    [...findings].filter(([key]) => key.startsWith(`${kind} `))
      .map(([key, result]) => [key.slice(kind.length + 1), result]),
  );
}

const missing = missingCompiler();

function probeTest(
  claim: string,
  body: (place: Place) => Promise<void>,
): void {
  if (missing === undefined) return forEachLauncher(claim, body);
  Deno.test({
    name: `${claim} (skipped: needs ${missing})`,
    ignore: true,
    fn: () => undefined,
  });
}

probeTest(
  "a container's program holds no more than docker's",
  async (place) => {
    const found = await probe(place);
    assert.deepEqual(of(found, "status"), {
      CapInh: "0000000000000000",
      CapPrm: "00000000a80425fb",
      CapEff: "00000000a80425fb",
      CapBnd: "00000000a80425fb",
      CapAmb: "0000000000000000",
      NoNewPrivs: "0",
      Seccomp: "2",
    });
    assert.deepEqual(of(found, "fd"), { 0: "open", 1: "open", 2: "open" });
    assert.deepEqual(of(found, "call"), {
      ...CALLS,
      ...(Deno.build.arch === "x86_64" ? X86_CALLS : {}),
    });
  },
);

probeTest(
  "a container's program opens no device but the harmless",
  async (place) => {
    const found = await probe(place);
    // Making nodes is allowed, as in docker; opening them is what counts.
    assert.deepEqual(of(found, "mknod"), {});
    for (const [name, result] of Object.entries(of(found, "device"))) {
      const isAllowed = ALLOWED_DEVICES.includes(name);
      assert.equal(result, isAllowed ? "ok" : "EPERM", name);
    }
    assert.equal(Object.keys(of(found, "device")).length, 18);
  },
);

probeTest(
  "a container's program cannot see or change the kernel's settings",
  async (place) => {
    const found = await probe(place);
    for (const [path, result] of Object.entries(of(found, "masked"))) {
      assert.match(result, /^(empty|absent)$/, path);
    }
    for (const [path, result] of Object.entries(of(found, "write"))) {
      // What this kernel has not got cannot be written either.
      assert.match(result, /^(EROFS|ENOENT)$/, path);
    }
    assert.equal(found.get("mkdir /sys/fs/cgroup/probe"), "EROFS");
  },
);

probeTest(
  "a container's program without -t has no terminal to type into",
  async (place) => {
    const found = await probe(place);
    assert.equal(found.get("open /dev/tty"), "ENXIO");
    assert.equal(found.get("ioctl TIOCSTI"), "ENOTTY");
  },
);

probeTest(
  "a user's program holds nothing, and cannot make a device",
  async (place) => {
    const found = await probe(place, "-u", "1000");
    const { CapPrm, CapEff, CapBnd, Seccomp } = of(found, "status");
    assert.deepEqual([CapPrm, CapEff, CapBnd, Seccomp], [
      "0000000000000000",
      "0000000000000000",
      "00000000a80425fb",
      "2",
    ]);
    assert.deepEqual(of(found, "device"), {});
    assert.deepEqual(
      [...new Set(Object.values(of(found, "mknod")))],
      ["EPERM"],
    );
    assert.equal(found.get("call chroot"), "EPERM");
    assert.equal(found.get("call packet"), "EPERM");
  },
);
