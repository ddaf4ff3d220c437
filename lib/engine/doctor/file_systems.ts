/**
 * Checks of what is mounted in every container, each really mounted in a mount
 * namespace that goes away at once.
 *
 * @module
 */
import { AT_FDCWD, O_CLOEXEC, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import type { SyscallRecord } from "../../../ffi/record.ts";
import { type CheckResult, missing, ok } from "./check_result.ts";
import type { Answer, HostProbe, NewNamespace } from "./host_probe.ts";
import { USER_NAMESPACE_FLAGS } from "./namespaces.ts";

const FILE_SYSTEMS = { id: "file-systems", title: "file systems" };
const DEVICE_NODES = { id: "device-nodes", title: "device nodes" };
const FULL_PROC = { id: "full-proc", title: "/proc and /sys" };

/** What is mounted in every container. */
const TYPES = ["proc", "sysfs", "tmpfs", "devpts", "mqueue"];
/** Those that show a namespace of whoever mounts them. */
const SHOWING = ["proc", "sysfs", "mqueue"];

/** A directory that every host has, to mount on. Not /proc, which is in use. */
const PLACE = "/dev";
const NULL_NODE = `${PLACE}/null`;
const NULL_DEVICE = 0x103;
const S_IFCHR = 0o020000;

const NAMESPACES: readonly NewNamespace[] = [
  "CLONE_NEWNS",
  "CLONE_NEWPID",
  "CLONE_NEWNET",
  "CLONE_NEWIPC",
];

/** Mounts would otherwise spread to the host. */
const KEEP_PRIVATE: SyscallRecord = {
  call: "mount",
  args: [null, "/", null, MOUNT.MS_REC | MOUNT.MS_PRIVATE, null],
};

/** Whether the file systems of a container can be mounted. */
export function checkFileSystems(probe: HostProbe): CheckResult {
  const refused = refusedTypes(
    TYPES,
    (type) =>
      probe.attempt({
        born: NAMESPACES,
        calls: [KEEP_PRIVATE, mounting(type)],
      }),
  );
  if (refused.length === 0) return ok(FILE_SYSTEMS, `${TYPES.join(", ")} work`);
  return missing(FILE_SYSTEMS, refused.join(", "), {
    costs: "run does not work",
    flags: ["run"],
    fix: "a kernel that has them, and in a user namespace nothing on top of " +
      "/proc and /sys",
    stopsRun: true,
  });
}

/** Whether device nodes can be made, and opened. */
export function checkDeviceNodes(probe: HostProbe): CheckResult {
  const answer = probe.attempt({
    born: ["CLONE_NEWNS"],
    calls: [
      KEEP_PRIVATE,
      mounting("tmpfs"),
      {
        call: "mknodat",
        args: [AT_FDCWD, NULL_NODE, S_IFCHR | 0o666, NULL_DEVICE],
      },
      {
        call: "openat",
        args: [AT_FDCWD, NULL_NODE, O_RDWR | O_CLOEXEC, 0],
        as: "node",
      },
    ],
  });
  if (answer.kind === "works") {
    return ok(DEVICE_NODES, "can be made and opened");
  }
  return missing(DEVICE_NODES, answer.reason, {
    costs: "run does not work: a container needs /dev/null",
    flags: ["run", "--device"],
    fix: "CAP_MKNOD, no user namespace around tsdocker, and an outer device " +
      "list that allows them",
    stopsRun: true,
  });
}

/** Whether /proc and /sys are whole, as mounting them anew takes inside. */
export function checkFullProc(probe: HostProbe): CheckResult {
  const answers: Answer[] = [];
  const refused = refusedTypes(SHOWING, (type) => {
    const calls = [KEEP_PRIVATE, mounting(type)];
    const born: NewNamespace[] = ["CLONE_NEWUSER", ...NAMESPACES];
    const answer = probe.attempt({ born, calls });
    answers.push(answer);
    return answer;
  });
  const untried = answers.find(({ kind }) => kind === "untried");
  if (untried?.kind === "untried") refused.push(untried.reason);
  if (refused.length === 0) {
    return ok(FULL_PROC, "can be mounted in user namespaces too");
  }
  return missing(FULL_PROC, `in user namespaces: ${refused.join(", ")}`, {
    costs: "containers with a user namespace do not start",
    flags: USER_NAMESPACE_FLAGS,
    fix: "a host where nothing is mounted over parts of /proc and /sys; " +
      "docker: --security-opt systempaths=unconfined",
  });
}

function mounting(type: string): SyscallRecord {
  return { call: "mount", args: [type, PLACE, type, 0, null] };
}

function refusedTypes(
  types: readonly string[],
  attempt: (type: string) => Answer,
): string[] {
  return types.flatMap((type) => {
    const answer = attempt(type);
    return answer.kind === "refused" ? [`${type}: ${answer.reason}`] : [];
  });
}
