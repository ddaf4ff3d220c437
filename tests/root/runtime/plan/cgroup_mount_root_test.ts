/** @module */
import assert from "node:assert/strict";
import { CLONE } from "../../../../ffi/constants/sched.ts";
import type { SyscallRecord } from "../../../../ffi/record.ts";
import { cgroupMountSteps } from "../../../../lib/runtime/plan/cgroup_mount.ts";
import {
  cgroupTest,
  type OwnNamespaces,
  type TestCgroup,
} from "../../../support/container_cgroup.ts";
import { fileSystem } from "../../../support/runtime_spec.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const DESTINATION = "/sys/fs/cgroup";

/** What a process with the mount prints; its directory is `/sys/fs/cgroup`. */
function inside(
  cgroup: TestCgroup,
  script: string,
  { options = "nosuid,noexec,nodev,ro", hasOwnNamespace = true } = {},
): string {
  using root = new TemporaryDirectory();
  Deno.mkdirSync(`${root.path}${DESTINATION}`, { recursive: true });
  const { child } = cgroupMountSteps(
    fileSystem(DESTINATION, "cgroup", options),
    {
      survey: cgroup.survey,
      cgroupsPath: cgroup.path,
      hasOwnNamespace,
      index: 0,
      later: ["/sys"],
    },
  );
  const namespace: SyscallRecord = {
    call: "unshare",
    args: [CLONE.CLONE_NEWCGROUP],
  };
  const own: OwnNamespaces = {
    cloneFlags: CLONE.CLONE_NEWNS,
    steps: [
      ...(hasOwnNamespace ? [namespace] : []),
      { call: "mount", args: [null, "/", null, 0x44000, null] },
      { call: "openat", args: [-100, root.path, 0x90000], as: "newroot" },
      { call: "fchdir", args: [{ result: "newroot" }] },
      ...child,
    ],
  };
  const shell = cgroup.launch(
    `cd '${root.path}${DESTINATION}' || exit; ${script}`,
    LIMIT,
    own,
  );
  const { output, status } = shell.finish();
  assert.equal(status, 0, output);
  return output.trim();
}

const LIMIT = { pids: { limit: 77 } };

/** Where a controller's files are: at the top if there is v2 alone. */
function under(cgroup: TestCgroup, file: string): string {
  return cgroup.survey.mode === "v2" ? file : `pids/${file}`;
}

cgroupTest(
  "cgroupMountSteps() shows the container its own limits",
  (cgroup) => {
    const text = inside(cgroup, `cat ${under(cgroup, "pids.max")}`);
    assert.equal(text, "77");
  },
  "pids",
);

cgroupTest(
  "cgroupMountSteps() shows no cgroup but the container's",
  (cgroup) => {
    const text = inside(
      cgroup,
      `cat ${under(cgroup, "cgroup.procs")} | grep -v "^$$\$" | wc -l;
     cut -d: -f3- /proc/self/cgroup | sort -u`,
    );
    // Those of the pipeline itself, and no others.
    assert.match(text, /^[0-3]\n\/$/);
  },
  "pids",
);

cgroupTest("cgroupMountSteps() lets nothing be changed", (cgroup) => {
  const files = under(cgroup, "pids.max");
  const text = inside(
    cgroup,
    `(echo 5 >${files}) 2>&1; mkdir ${under(cgroup, "x")} 2>&1; mkdir x 2>&1;
     grep ' cgroup' /proc/self/mountinfo | grep -c "$PWD";
     grep "$PWD" /proc/self/mountinfo | cut -d' ' -f6 | sort -u`,
  );
  const lines = text.split("\n");
  for (const line of lines.slice(0, 3)) {
    assert.match(line, /Read-only file system/);
  }
  assert.equal(lines[3], String(cgroup.survey.hierarchies.length));
  assert.match(lines[4] ?? "", /^ro,nosuid,nodev,noexec/);
  assert.equal(cgroup.read("pids.max"), "77");
}, "pids");

cgroupTest(
  "cgroupMountSteps() lays hierarchies out as the host does",
  (cgroup) => {
    const names = inside(cgroup, "ls").split("\n");
    if (cgroup.survey.mode === "v2") {
      return assert.ok(
        names.includes("pids.max"),
      );
    }
    for (const { mountPoint, controllers } of cgroup.survey.hierarchies) {
      const base = mountPoint.slice(mountPoint.lastIndexOf("/") + 1);
      for (const name of [base, ...controllers]) {
        assert.ok(names.includes(name), `${name} in ${names}`);
      }
    }
  },
  "pids",
);

cgroupTest(
  "cgroupMountSteps() lets cgroups be made if mounted so",
  (cgroup) => {
    const options = "nosuid,noexec,nodev";
    inside(cgroup, `mkdir ${under(cgroup, "inner")}`, { options });
    assert.ok(Deno.statSync(`${cgroup.directory("pids")}/inner`).isDirectory);
  },
  "pids",
);

cgroupTest(
  "cgroupMountSteps() mounts in the host's namespace, too",
  (cgroup) => {
    const place = cgroup.survey.mode === "v2" ? `.${cgroup.path}` : "pids";
    const text = inside(
      cgroup,
      `cat ${place}/pids.max; mkdir ${place}/x 2>&1; true`,
      { hasOwnNamespace: false },
    );
    assert.match(text, /^77\nmkdir: .*Read-only file system$/);
  },
  "pids",
);
