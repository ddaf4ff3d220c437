/**
 * The devices every container may use. A node of any device may be made, since
 * making one opens nothing.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Default Devices"
 */
import type { DeviceCgroupRule } from "../../oci/linux_resources.ts";

/** Character devices that may be read, written and made: major and minor. */
const CHARACTER_DEVICES: readonly (readonly [major: number, minor?: number])[] =
  [
    [1, 3], // null
    [1, 5], // zero
    [1, 7], // full
    [1, 8], // random
    [1, 9], // urandom
    [5, 0], // tty: the caller's own terminal
    [5, 2], // ptmx of the container's own devpts
    [136], // terminals of the container's own devpts
  ];

/**
 * The default of docker under runc, but for `/dev/net/tun` (`c 10:200`): runc
 * allows it for the sake of old habits, docker's documentation and ours ask for
 * it with `--device`; and but for the host's console (`c 5:1`), which is not
 * the container's: that one is a terminal of its own devpts.
 */
export const DEFAULT_DEVICE_RULES: readonly DeviceCgroupRule[] = [
  { allow: false, access: "rwm" },
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  ...CHARACTER_DEVICES.map(([major, minor]): DeviceCgroupRule => ({
    allow: true,
    type: "c",
    major,
    ...(minor === undefined ? {} : { minor }),
    access: "rwm",
  })),
];
