/**
 * The disk that tests write to, if it is one whose speed can be limited.
 *
 * @module
 */
import { encodeDevice } from "../../ffi/calls/file.ts";

/** A whole disk: parts of one cannot be limited. */
export interface Disk {
  /** Its node, such as `/dev/vda`. */
  readonly path: string;
  /** `MAJOR:MINOR`. */
  readonly number: string;
}

const BLOCK_DEVICES = "/sys/dev/block";

/**
 * The disk a directory is on; `undefined` if it is on none, such as a tmpfs, an
 * overlay or several disks.
 */
export function diskOf(directory: string): Disk | undefined {
  const { dev } = Deno.statSync(directory);
  for (const { name } of Deno.readDirSync(BLOCK_DEVICES)) {
    const [major = 0, minor = 0] = name.split(":").map(Number);
    if (encodeDevice({ major, minor }) !== dev) continue;
    const path = Deno.realPathSync(`${BLOCK_DEVICES}/${name}`);
    return wholeDisk(isPartition(path) ? parentOf(path) : path);
  }
  return undefined;
}

function wholeDisk(path: string): Disk {
  return {
    // The kernel has "!" for a slash in a name.
    path: `/dev/${path.slice(path.lastIndexOf("/") + 1).replaceAll("!", "/")}`,
    number: Deno.readTextFileSync(`${path}/dev`).trim(),
  };
}

function isPartition(path: string): boolean {
  return [...Deno.readDirSync(path)].some(({ name }) => name === "partition");
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
