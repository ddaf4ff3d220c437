/**
 * Rules of devices, enforced by the kernel: by the files of cgroup v1 and by a
 * BPF program on cgroup v2, whichever of them this host has.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { AT_FDCWD, O_DIRECTORY } from "../../../../ffi/constants/fcntl.ts";
import { Fd } from "../../../../ffi/fd.ts";
import { perform } from "../../../../ffi/perform.ts";
import { DEFAULT_DEVICE_RULES } from "../../../../lib/runtime/cgroups/default_device_rules.ts";
import {
  type DeviceAccess,
  type DeviceException,
  foldDeviceRules,
} from "../../../../lib/runtime/cgroups/device_rules.ts";
import { deviceFiles } from "../../../../lib/runtime/cgroups/v1/devices.ts";
import {
  attachProgramArguments,
  deviceProgram,
  loadProgramArguments,
} from "../../../../lib/runtime/cgroups/v2/devices.ts";
import { cgroupMount, TestCgroup } from "../../../support/cgroups.ts";
import { rootTest } from "../../../support/root.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** How each version makes a cgroup obey. */
const VERSIONS = [
  {
    version: "v1",
    mountPoint: cgroupMount("cgroup", "devices"),
    enforce(directory: string, access: DeviceAccess): void {
      for (const { file, value } of deviceFiles(access)) {
        Deno.writeTextFileSync(`${directory}/${file}`, value);
      }
    },
  },
  {
    version: "v2",
    mountPoint: cgroupMount("cgroup2"),
    enforce(directory: string, access: DeviceAccess): void {
      using cgroup = openat(AT_FDCWD, directory, O_DIRECTORY);
      using program = load(access);
      const results = new Map([
        ["cgroup", cgroup.number],
        ["program", program.number],
      ]);
      const names = { cgroup: "cgroup", program: "program" };
      perform({ call: "bpf", args: attachProgramArguments(names) }, results);
    },
  },
] as const;

/** Has the verifier judge the program of a state. */
function load(access: DeviceAccess): Fd {
  const args = loadProgramArguments(deviceProgram(access));
  return new Fd(perform({ call: "bpf", args }, new Map()));
}

/** Goes into a cgroup, runs each line there, and prints what it complains of. */
const SCRIPT = `
  echo $$ > "$1/cgroup.procs" || exit 1
  shift
  for line; do
    complaint=$( (eval "$line") 2>&1 ) || :
    echo "$line: \${complaint##*: }"
  done
`;

const NODES = [
  ["null", "c", 1, 3],
  ["zero", "c", 1, 5],
  ["full", "c", 1, 7],
  // For experiments: no driver has it, so only the rules can refuse it so.
  ["disk", "b", 240, 7],
] as const;

/** Runs lines of shell in a cgroup and in a directory that has the nodes. */
function complaints(
  cgroup: string,
  directory: string,
  lines: readonly string[],
): string[] {
  const { success, stdout, stderr } = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "sh", cgroup, ...lines],
    cwd: directory,
    env: { LC_ALL: "C" },
  }).outputSync();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout).replace(/\n$/, "").split("\n");
}

const EPERM = "Operation not permitted";
const ENXIO = "No such device or address";

/** What a shell tries, and what the kernel answers. */
type Attempts = Readonly<Record<string, string>>;

const POLICIES: readonly (readonly [string, DeviceAccess, Attempts])[] = [
  ["everything allowed", { default: "allow", exceptions: [] }, {
    ": < null": "",
    ": < full": "",
    ": < disk": ENXIO,
    "mknod new b 240 8 && rm new": "",
  }],
  ["exceptions allowed", {
    default: "deny",
    exceptions: [
      { type: "c", major: 1, minor: 3, access: "rw" },
      { type: "c", major: 1, minor: 5, access: "r" },
      { type: "b", major: "*", minor: "*", access: "m" },
    ],
  }, {
    ": < null": "",
    ": > null": "",
    ": <> null": "",
    ": < zero": "",
    ": > zero": EPERM,
    ": <> zero": EPERM,
    ": < full": EPERM,
    ": < disk": EPERM,
    "mknod new b 240 8 && rm new": "",
    "mknod new c 1 3 && rm new": EPERM,
  }],
  ["exceptions denied", {
    default: "allow",
    exceptions: [
      { type: "c", major: 1, minor: 5, access: "w" },
      { type: "c", major: "*", minor: 7, access: "rwm" },
      { type: "b", major: 240, minor: "*", access: "rw" },
    ],
  }, {
    ": < null": "",
    ": < zero": "",
    ": > zero": EPERM,
    ": <> zero": EPERM,
    ": < full": EPERM,
    ": < disk": EPERM,
    "mknod new b 240 8 && rm new": "",
    "mknod new c 1 7 && rm new": EPERM,
  }],
  ["the default", foldDeviceRules(DEFAULT_DEVICE_RULES), {
    ": <> null": "",
    ": <> full": "",
    ": < /dev/urandom": "",
    ": < disk": EPERM,
    "mknod new b 240 8 && rm new": "",
    "mknod new c 10 200 && (trap 'rm new' EXIT; : < new)": EPERM,
  }],
];

/** Registers a test that needs a file system of cgroups. */
function cgroupTest(
  claim: string,
  mountPoint: string | undefined,
  run: (mountPoint: string) => void,
): void {
  if (mountPoint !== undefined) return rootTest(claim, () => run(mountPoint));
  const name = `${claim} (skipped: that is not mounted here)`;
  Deno.test({ name, ignore: true, fn: () => {} });
}

for (const { version, mountPoint, enforce } of VERSIONS) {
  for (const [name, access, attempts] of POLICIES) {
    const claim = `devices on cgroup ${version}: the kernel obeys ${name}`;
    cgroupTest(claim, mountPoint, (mountPoint) => {
      using directory = new TemporaryDirectory();
      for (const [node, type, major, minor] of NODES) {
        const { success } = new Deno.Command("mknod", {
          args: [node, type, String(major), String(minor)],
          cwd: directory.path,
        }).outputSync();
        assert.ok(success, `${node} is made`);
      }
      using cgroup = new TestCgroup(mountPoint);
      enforce(cgroup.path, access);
      assert.deepEqual(
        complaints(cgroup.path, directory.path, Object.keys(attempts)),
        Object.entries(attempts).map(([line, answer]) => `${line}: ${answer}`),
      );
    });
  }
}

rootTest(
  "deviceProgram() is accepted by the verifier, whatever the state",
  () => {
    const one = (minor: number, access: string): DeviceException => ({
      type: minor % 2 === 0 ? "c" : "b",
      major: 1 + (minor >> 4),
      minor,
      access,
    });
    for (const verdict of ["allow", "deny"] as const) {
      for (const access of ["rwm", "r", "wm"]) {
        const lists: readonly (readonly DeviceException[])[] = [
          [],
          [{ type: "c", major: "*", minor: "*", access }, one(2, access)],
          [{ type: "b", major: 0xfffffffe, minor: "*", access }, one(1, "m")],
          Array.from({ length: 600 }, (_, minor) => one(minor, access)),
        ];
        for (const exceptions of lists) {
          using program = load({ default: verdict, exceptions });
          assert.ok(program.number > 0);
        }
      }
    }
  },
);

const [V1] = VERSIONS;
cgroupTest(
  "deviceFiles() is what devices.list on cgroup v1 then reads",
  V1.mountPoint,
  (mountPoint) => {
    using cgroup = new TestCgroup(mountPoint);
    const list = (): string =>
      Deno.readTextFileSync(`${cgroup.path}/devices.list`);
    assert.equal(list(), "a *:* rwm\n");
    const access = foldDeviceRules(DEFAULT_DEVICE_RULES);
    const files = deviceFiles(access);
    // Twice: a state is reached from any other.
    for (const { file, value } of [...files, ...files]) {
      Deno.writeTextFileSync(`${cgroup.path}/${file}`, value);
    }
    const allowed = files.filter(({ file }) => file === "devices.allow");
    assert.equal(list(), allowed.map(({ value }) => `${value}\n`).join(""));
  },
);
