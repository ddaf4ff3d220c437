/**
 * Why a program could not be executed, in words that name the real cause: the
 * kernel says `ENOENT` for a missing program and for a missing interpreter.
 *
 * @module
 * @see execve(2)
 */
import { ARCH } from "../../../ffi/arch/arch.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { O_PATH } from "../../../ffi/constants/fcntl.ts";
import { describeErrno, isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { StartError, type StartFailure } from "../../base/errors.ts";
import type { Process } from "../../oci/runtime_spec.ts";
import { programPaths } from "../plan/program.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import {
  type FileRange,
  HEADER_BYTES,
  parseProgramHeader,
} from "./program_header.ts";

/** Errors about arguments and limits, which the program would meet as well. */
const OF_ANY_PROGRAM: ReadonlySet<number> = new Set([
  ERRNO.E2BIG,
  ERRNO.EAGAIN,
  ERRNO.ENOMEM,
]);

/** A cause, before it is put into an error. */
interface Cause {
  readonly reason: StartFailure;
  readonly why: string;
  readonly advice?: string;
}

/**
 * Explains a failed execve(2).
 *
 * @param root The container's root, while it is still mounted.
 * @param errno Of the last attempt.
 * @returns The error to throw.
 */
export function explainExecFailure(
  root: Fd,
  process: Process,
  errno: number,
): StartError {
  const { reason, why, advice } = findCause(root, process, errno);
  return new StartError(
    reason,
    `exec ${JSON.stringify(process.args[0])}: ${why}`,
    advice === undefined ? {} : { advice },
  );
}

/**
 * Explains why the init program could not be executed, which is to execute the
 * program: for what the program is given, or for what forbids files in memory.
 *
 * @param root As for {@linkcode explainExecFailure}.
 * @param errno Of the last attempt.
 * @returns The error to throw.
 */
export function explainInitFailure(
  root: Fd,
  process: Process,
  errno: number,
): StartError {
  if (OF_ANY_PROGRAM.has(errno)) {
    return explainExecFailure(root, process, errno);
  }
  return new StartError(
    "setup",
    `Cannot execute a file in memory, to start the program from it: ${
      describeErrno(errno)
    }`,
    { advice: "a seccomp profile that allows execve and execveat" },
  );
}

function findCause(root: Fd, process: Process, errno: number): Cause {
  const [name] = process.args;
  for (const candidate of programPaths(process)) {
    const path = candidate.startsWith("/")
      ? candidate
      : `${process.cwd}/${candidate}`;
    const file = openOrUndefined(root, path);
    if (file === undefined) continue;
    using program = file;
    return fileCause(root, program, candidate) ??
      { reason: "not-executable", why: describeErrno(errno) };
  }
  return {
    reason: "not-found",
    why: name.includes("/")
      ? "no such file or directory"
      : "executable file not found in $PATH",
  };
}

function fileCause(root: Fd, program: Fd, path: string): Cause | undefined {
  const stat = Deno.statSync(program.path);
  if (stat.isDirectory) {
    return {
      reason: "not-executable",
      why: `permission denied: is a directory`,
    };
  }
  if (!stat.isFile) {
    return { reason: "not-executable", why: `permission denied: not a file` };
  }
  if (((stat.mode ?? 0) & 0o111) === 0) {
    return {
      reason: "not-executable",
      why: `permission denied: "${path}" is not executable`,
      advice: `chmod +x ${path} in the image`,
    };
  }
  return headerCause(root, program, path);
}

function headerCause(root: Fd, program: Fd, path: string): Cause | undefined {
  const header = parseProgramHeader(
    readRange(program, { offset: 0, length: HEADER_BYTES }),
  );
  switch (header.kind) {
    case "unknown":
      return {
        reason: "not-executable",
        why: `exec format error: "${path}" is no program and has no "#!" line`,
      };
    case "script":
      if (header.hasCarriageReturn) {
        return {
          reason: "not-found",
          why:
            `no such file or directory: the "#!" line of "${path}" ends in a carriage return (CRLF)`,
          advice: `sed -i 's/\\r$//' on it`,
        };
      }
      return missing(root, path, {
        role: "interpreter",
        needed: header.interpreter,
      });
    case "elf":
      if (header.machine !== ARCH) {
        return {
          reason: "not-executable",
          why:
            `exec format error: "${path}" is for ${header.machine}, this machine is ${ARCH}`,
        };
      }
      return header.loader === undefined ? undefined : missing(root, path, {
        role: "loader",
        needed: readString(program, header.loader),
      });
  }
}

/** The cause, if what a program needs to run is not there. */
function missing(
  root: Fd,
  path: string,
  { role, needed }: { role: string; needed: string },
): Cause | undefined {
  // A header that names nothing is malformed: the errno says more.
  if (needed === "") return undefined;
  const found = openOrUndefined(root, needed);
  if (found !== undefined) {
    found[Symbol.dispose]();
    return undefined;
  }
  return {
    reason: "not-found",
    why:
      `no such file or directory: "${path}" needs the ${role} "${needed}", which the image does not have`,
  };
}

function openOrUndefined(root: Fd, path: string): Fd | undefined {
  try {
    return openInRoot(root.number, path, O_PATH);
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}

function readString(program: Fd, range: FileRange): string {
  return new TextDecoder().decode(readRange(program, range)).replace(
    /\0.*$/s,
    "",
  );
}

function readRange(program: Fd, range: FileRange): Uint8Array {
  using file = Deno.openSync(program.path);
  // lseek(2) refuses what no file system could hold.
  if (range.offset > file.statSync().size) return new Uint8Array();
  file.seekSync(range.offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.min(range.length, HEADER_BYTES));
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}
