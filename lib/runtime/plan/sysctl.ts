/**
 * Kernel parameters of the container's own namespaces.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Sysctl"
 * @see sysctl(2), proc_sys(5)
 */
import { flags } from "../../../ffi/constants/symbolic.ts";
import { SpecError } from "../../base/errors.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { OPEN_HOW_BYTES, openHow } from "./open_how.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/**
 * Plans them; after /proc is mounted, as it shows the namespaces of the new
 * process, and before /proc/sys becomes read-only. Paths are relative to the
 * new root.
 *
 * @throws {SpecError} If a name leads out of /proc/sys.
 */
export function sysctlSteps(spec: RuntimeSpec): readonly ChildStep[] {
  return Object.entries(spec.linux.sysctl ?? {}).flatMap(([name, value]) =>
    setSteps(name, value)
  );
}

function setSteps(name: string, value: string): ChildStep[] {
  const path = `proc/sys/${sysctlPath(name)}`;
  const as = `sysctl.${name}`;
  const attempt = `set the kernel parameter "${name}" to "${value}"`;
  return [
    {
      call: "openat2",
      args: [
        AT_FDCWD,
        path,
        openHow(flags(OPEN, "O_WRONLY", "O_CLOEXEC")),
        OPEN_HOW_BYTES,
      ],
      as,
      attempt,
      why: "a link in an image without /proc would lead to a file of the host",
    },
    {
      call: "write",
      args: [{ result: as }, value, new TextEncoder().encode(value).length],
      attempt,
      why: `${name} of the container's own namespace`,
    },
  ];
}

/**
 * A parameter's path below /proc/sys. Dots separate, unless there are slashes:
 * then those do, so that a name such as `eth0.100` can be part of one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sysctlPath("net.ipv4.ip_forward"), "net/ipv4/ip_forward");
 * assert.equal(
 *   sysctlPath("net/ipv4/conf/eth0.100/forwarding"),
 *   "net/ipv4/conf/eth0.100/forwarding",
 * );
 * ```
 */
export function sysctlPath(name: string): string {
  const components = name.split(name.includes("/") ? "/" : ".");
  if (components.some((part) => part === "" || /^\.+$/.test(part))) {
    throw new SpecError(
      `/linux/sysctl/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      `Cannot set the kernel parameter "${name}": it is not a name`,
    );
  }
  return components.join("/");
}
