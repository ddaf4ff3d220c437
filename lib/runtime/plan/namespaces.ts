/**
 * The namespaces of the new process and what is set inside them.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Namespaces"
 * @see namespaces(7)
 */
import { CLONE } from "../../../ffi/constants/sched.ts";
import { SOCKIOS } from "../../../ffi/constants/sockios.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";
import { SpecError } from "../../base/errors.ts";
import type { NamespaceType, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/** The flag of each kind of namespace. */
export const NAMESPACE_FLAGS: Readonly<
  Record<NamespaceType, keyof typeof CLONE>
> = {
  mount: "CLONE_NEWNS",
  pid: "CLONE_NEWPID",
  network: "CLONE_NEWNET",
  ipc: "CLONE_NEWIPC",
  uts: "CLONE_NEWUTS",
  cgroup: "CLONE_NEWCGROUP",
  user: "CLONE_NEWUSER",
  time: "CLONE_NEWTIME",
};

/** Kinds a process can enter after it was born. */
const JOINABLE: ReadonlySet<NamespaceType> = new Set([
  "network",
  "ipc",
  "uts",
  "cgroup",
]);

/** Size of `struct ifreq`, and where its flags are. */
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_OFFSET = 16;
const IFF_UP = 0x1;

/** Whether the container gets a new namespace of this kind. */
export function isNew(spec: RuntimeSpec, type: NamespaceType): boolean {
  return spec.linux.namespaces.some((namespace) =>
    namespace.type === type && namespace.path === undefined
  );
}

/**
 * The flags of clone3(2) for the namespaces to create.
 *
 * @throws {SpecError} If the mount namespace is not among them: the container
 * would change the caller's root.
 */
export function cloneFlags(spec: RuntimeSpec): Symbolic {
  if (!isNew(spec, "mount")) {
    throw new SpecError(
      "/linux/namespaces",
      "Cannot start a container without a mount namespace of its own",
    );
  }
  const created = spec.linux.namespaces.filter(({ type, path }) =>
    path === undefined && type !== "cgroup"
  );
  return flags(
    CLONE,
    ...created.map((namespace) => NAMESPACE_FLAGS[namespace.type]),
  );
}

/**
 * Plans entering the namespaces that exist already.
 *
 * @throws {SpecError} For a kind that a process must be born into.
 */
export function joinSteps(spec: RuntimeSpec): readonly ChildStep[] {
  return spec.linux.namespaces.flatMap(({ type, path }, index): ChildStep[] => {
    if (path === undefined) return [];
    if (!JOINABLE.has(type)) {
      throw new SpecError(
        `/linux/namespaces/${index}/path`,
        `Cannot join the ${type} namespace "${path}"`,
      );
    }
    return [
      {
        call: "openat",
        args: [AT_FDCWD, path, flags(OPEN, "O_RDONLY", "O_CLOEXEC")],
        as: "namespace",
        why: "while the host's paths can still be seen",
      },
      {
        call: "setns",
        args: [{ result: "namespace" }, flags(CLONE, NAMESPACE_FLAGS[type])],
        why: `the ${type} namespace is shared, not created`,
      },
    ];
  });
}

/**
 * Plans a cgroup namespace of its own, once the process is in its cgroup, which
 * becomes the root of what it sees. With clone3(2) the caller's would.
 */
export function cgroupNamespaceSteps(spec: RuntimeSpec): readonly ChildStep[] {
  if (!isNew(spec, "cgroup")) return [];
  return [{
    call: "unshare",
    args: [flags(CLONE, "CLONE_NEWCGROUP")],
    why: "its own cgroup is the root of all it sees, now that it is in it",
  }];
}

/** Plans host and domain name, and the loopback interface. */
export function namespaceSettingSteps(
  spec: RuntimeSpec,
): readonly ChildStep[] {
  const steps: ChildStep[] = [];
  if (isNew(spec, "uts")) {
    if (spec.hostname !== undefined) {
      steps.push({
        call: "sethostname",
        args: [spec.hostname, byteLength(spec.hostname)],
        why: "the container's own name",
      });
    }
    if (spec.domainname !== undefined) {
      steps.push({
        call: "setdomainname",
        args: [spec.domainname, byteLength(spec.domainname)],
        why: "the container's own NIS domain",
      });
    }
  }
  if (isNew(spec, "network")) steps.push(...loopbackSteps());
  return steps;
}

function loopbackSteps(): ChildStep[] {
  const AF_INET = { value: 2, text: "AF_INET" };
  const SOCK_DGRAM = { value: 0x80002, text: "SOCK_DGRAM|SOCK_CLOEXEC" };
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(new TextEncoder().encode("lo"));
  request[IFREQ_FLAGS_OFFSET] = IFF_UP;
  return [
    {
      call: "socket",
      args: [AF_INET, SOCK_DGRAM, 0],
      as: "socket",
      why: "any socket of the new network namespace will do",
    },
    {
      call: "ioctl",
      args: [
        { result: "socket" },
        flags(SOCKIOS, "SIOCSIFFLAGS"),
        { bytes: request, text: '{ifr_name="lo", ifr_flags=IFF_UP}' },
      ],
      why: "127.0.0.1 and ::1 work inside",
    },
  ];
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
