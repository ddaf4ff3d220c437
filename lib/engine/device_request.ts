/**
 * `--device` and `--device-cgroup-rule`: devices of the host a container may
 * use. Read here; what the host has of them is found at its start.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Devices" and "Allowed Device list"
 */
import { UsageError } from "../base/errors.ts";
import type { DeviceCgroupRule } from "../oci/linux_resources.ts";
import { invalidArgument } from "./invalid_argument.ts";
import { normalizePath } from "./volume.ts";

/** A device node of the host, or a directory of such, asked for. */
export interface DeviceRequest {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute, normalized path inside the container. */
  readonly destination: string;
  /** Of the letters `r`, `w` and `m` (mknod), each at most once. */
  readonly access: string;
}

const FORMS = "--device /dev/fuse or --device /dev/sda:/dev/xvda:r";

const ACCESS = /^(?!.*(.).*\1)[rwm]{1,3}$/;

const RULE = /^([acb]) (\d{1,9}|\*):(\d{1,9}|\*) ([rwm]{1,3})$/;

/**
 * Reads one `--device HOST[:CONTAINER[:ACCESS]]`, or `HOST:ACCESS`.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseDevice("/dev/fuse:rw"), {
 *   source: "/dev/fuse",
 *   destination: "/dev/fuse",
 *   access: "rw",
 * });
 * ```
 */
export function parseDevice(text: string): DeviceRequest {
  const parts = text.split(":");
  const [source = "", second, third] = parts;
  if (parts.length > 3 || source === "") {
    throw new UsageError(`bad format for path: ${text}`, {
      advice: FORMS,
    });
  }
  if (!source.startsWith("/") && /^[^/]+\/[^=]+=./.test(text)) {
    throw new UsageError(
      `unresolvable device "${text}": devices of CDI do not exist yet`,
    );
  }
  const isAccess = parts.length === 2 && second !== undefined &&
    ACCESS.test(second);
  return {
    source: absolute(source),
    destination: absolute(isAccess ? source : second || source),
    access: checkAccess(isAccess ? second : third || "rwm"),
  };
}

function absolute(path: string): string {
  if (!path.startsWith("/")) {
    throw new UsageError(`${path} is not an absolute path`, {
      advice: FORMS,
    });
  }
  return normalizePath(path);
}

function checkAccess(access: string): string {
  if (ACCESS.test(access)) return access;
  throw new UsageError(`bad mode specified: ${access}`, {
    advice: "some of r (read), w (write) and m (mknod)",
  });
}

/**
 * Reads one `--device-cgroup-rule`.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseDeviceCgroupRule("c 1:* rw"), {
 *   allow: true,
 *   type: "c",
 *   major: 1,
 *   access: "rw",
 * });
 * ```
 */
export function parseDeviceCgroupRule(text: string): DeviceCgroupRule {
  const [, type, major = "*", minor = "*", access = ""] = RULE.exec(text) ?? [];
  // The kernel takes `a` for all access to all devices, whatever follows it.
  const isTooWide = type === "a" && !/^a \*:\* rwm$/.test(text);
  if (isTooWide || (type !== "a" && type !== "b" && type !== "c")) {
    throw invalidArgument("--device-cgroup-rule", text, {
      why: `invalid device cgroup format '${text}'`,
      advice: "'c 1:3 rwm': kind, major:minor or *, and access",
    });
  }
  return {
    allow: true,
    type,
    ...(major === "*" ? {} : { major: Number(major) }),
    ...(minor === "*" ? {} : { minor: Number(minor) }),
    access,
  };
}
