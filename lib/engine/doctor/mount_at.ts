/**
 * Which mount of the host a path is on.
 *
 * @module
 */
import { type MountEntry, parseMountTable } from "../../base/mount_table.ts";
import type { HostProbe } from "./host_probe.ts";

/**
 * The mount that a path is on, if the host shows its mounts.
 *
 * @param path Absolute, without links; it need not exist.
 */
export function mountAt(
  probe: Pick<HostProbe, "readText">,
  path: string,
): MountEntry | undefined {
  const table = probe.readText("/proc/self/mountinfo") ?? "";
  let found: MountEntry | undefined;
  for (const mount of parseMountTable(table)) {
    const isAround = `${path}/`.startsWith(`${mount.mountPoint}/`) ||
      mount.mountPoint === "/";
    // Of two on the same point, the later one covers the other.
    const isNearer = found === undefined ||
      mount.mountPoint.length >= found.mountPoint.length;
    if (isAround && isNearer) found = mount;
  }
  return found;
}
