/**
 * Unpacks archives in tests, beside something that must not change.
 *
 * @module
 */
import { openat, read } from "../../ffi/calls/file.ts";
import { llistxattr } from "../../ffi/calls/xattr.ts";
import { lgetxattr } from "../../ffi/calls/xattr.ts";
import { AT_FDCWD, O_DIRECTORY, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import { TarReader } from "../../lib/storage/tar/reader.ts";
import { unpack } from "../../lib/storage/tar/unpack.ts";
import type { ByteSource } from "../../lib/storage/tar/window.ts";

/**
 * Unpacks into a new directory.
 *
 * @param source The archive.
 * @param target The directory to make.
 */
export function unpackTo(source: ByteSource, target: string): void {
  Deno.mkdirSync(target);
  using root = openat(AT_FDCWD, target, O_RDONLY | O_DIRECTORY);
  using reader = new TarReader(source, "x.tar");
  unpack(reader, {
    root: root.number,
    label: "x.tar",
    emptiness: "refused",
  });
}

/** Unpacks an archive file. */
export function unpackFile(archive: string, target: string): void {
  using file = openat(AT_FDCWD, archive, O_RDONLY);
  unpackTo({
    read: (memory, offset, length) =>
      read(file.number, memory, { offset, length }),
  }, target);
}

/**
 * What `find` tells of every file below a directory, with blocks, digests of
 * the contents and extended attributes: equal for equal trees.
 *
 * @param directory The tree.
 */
export function describeTree(directory: string): string[] {
  // Inode numbers differ, so links are told by the first name of each.
  const format = "%P\\t%y\\t%m\\t%U:%G\\t%s\\t%b\\t%T@\\t%n\\t%l\\t%i\\n";
  const listing = run("find", [directory, "-printf", format]);
  const firstNames = new Map<string, string>();
  const lines: string[] = [];
  for (const line of listing.split("\n").filter(Boolean).sort()) {
    const fields = line.split("\t");
    const inode = fields.pop() ?? "";
    const name = fields[0] ?? "";
    if (!firstNames.has(inode)) firstNames.set(inode, name);
    const [type] = fields.slice(1);
    // A directory's size and link count are the file system's own business.
    if (type === "d") fields[4] = fields[5] = "-";
    lines.push([...fields, firstNames.get(inode)].join("\t"));
  }
  const digests = run("sh", [
    "-c",
    'cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum',
    "sh",
    directory,
  ]);
  const devices = run("find", [
    directory,
    "(",
    "-type",
    "b",
    "-o",
    "-type",
    "c",
    ")",
    "-exec",
    "stat",
    "-c",
    "%t,%T",
    "{}",
    "+",
  ]);
  return [...lines, ...digests.split("\n"), ...devices.split("\n")];
}

/** The extended attributes of a path itself, as `name=hex`. */
export function xattrsOf(path: string): string[] {
  return llistxattr(path).map((name) => {
    const value = lgetxattr(path, name);
    return `${new TextDecoder().decode(name)}=${value.toHex()}`;
  }).sort();
}

/** Runs a program of the host and returns what it wrote, bytes as Latin-1. */
export function run(program: string, args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(program, {
    args,
    env: { LC_ALL: "C" },
  }).outputSync();
  if (!success) {
    throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder("latin1").decode(stdout);
}
