/**
 * Writes the files of images to a directory, which has its name once it is
 * whole.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import { writeAllPatiently } from "../../base/patient_io.ts";
import { removePath } from "../../base/remove_tree.ts";
import { ConflictError, HostError } from "../../base/errors.ts";
import { describeErrno, SyscallError } from "../../../ffi/errno.ts";
import type { EntrySource, TarEntry } from "../tar/entry.ts";

const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL;
const FILE_MODE = 0o644;

/**
 * Writes files to a new directory, or to one that is empty.
 *
 * @param path Absolute.
 * @throws {ConflictError} If there is something.
 * @throws {HostError} If it cannot be written.
 */
export function writeMembers(source: EntrySource, path: string): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(temporary);
    for (
      let entry = source.next();
      entry !== undefined;
      entry = source.next()
    ) writeMember(source, entry, temporary);
    Deno.renameSync(temporary, path);
  } catch (cause) {
    removePath(temporary);
    throw explain(path, cause);
  }
}

function writeMember(
  source: EntrySource,
  { name, type }: TarEntry,
  directory: string,
): void {
  const path = `${directory}/${name}`;
  if (type === "directory") return Deno.mkdirSync(path);
  using file = openat(AT_FDCWD, path, NEW_FILE, FILE_MODE);
  for (let piece; (piece = source.readContent()) !== undefined;) {
    writeAllPatiently(file.number, source.memory, piece);
  }
}

function explain(path: string, cause: unknown): unknown {
  const attempt = `Cannot write "${path}"`;
  if (cause instanceof SyscallError) {
    return new HostError(`${attempt}: ${describeErrno(cause.errno)}`, {
      cause,
    });
  }
  if (!(cause instanceof Error && "code" in cause)) return cause;
  return cause.code === "ENOTEMPTY" || cause.code === "ENOTDIR"
    ? new ConflictError(`${attempt}: it exists`, {
      cause,
      advice: "name a directory that does not",
    })
    : new HostError(`${attempt}: ${cause.message}`, { cause });
}
