/**
 * File systems that show the kernel and not anybody's files: a copy of one
 * would be of no use, and take for ever.
 *
 * @module
 * @see statfs(2)
 */
import type { Fd } from "../../ffi/fd.ts";
import { STATFS } from "../../ffi/structs.ts";
import { syscall } from "../../ffi/syscall.ts";

/** @see Linux include/uapi/linux/magic.h */
const MAGIC: ReadonlySet<bigint> = new Set([
  0x9fa0n, // proc
  0x62656572n, // sysfs
  0x27e0ebn, // cgroup
  0x63677270n, // cgroup2
  0x1cd1n, // devpts
  0x19800202n, // mqueue
  0x64626720n, // debugfs
  0x74726163n, // tracefs
  0x73636673n, // securityfs
  0xcafe4a11n, // bpf
  0x6e736673n, // nsfs
  0x42494e4dn, // binfmt_misc
]);

/** Whether a file or directory is in one of the kernel's own file systems. */
export function isKernelFileSystem(file: Fd): boolean {
  const bytes = new Uint8Array(STATFS.size);
  syscall("statfs", file.path, bytes);
  return MAGIC.has(STATFS.decode(bytes).f_type);
}
