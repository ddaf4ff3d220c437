/**
 * The architectures of system calls: what the kernel and profiles call them,
 * and which of them a host runs.
 *
 * @module
 * @see Linux include/uapi/linux/audit.h
 */
import { AUDIT_ARCH_AARCH64 } from "../../../../ffi/arch/aarch64.ts";
import type { Arch } from "../../../../ffi/arch/arch.ts";
import { AUDIT_ARCH_X86_64 } from "../../../../ffi/arch/x86_64.ts";
import type { SeccompArchitecture } from "../../../oci/linux_seccomp.ts";

/** An architecture of system calls as the kernel shows it to a filter. */
export interface CallArchitecture {
  readonly name: SeccompArchitecture;
  /** Value of `seccomp_data.arch`. */
  readonly audit: number;
  /** Bits of an argument that conditions compare. */
  readonly argumentBits: 32 | 64;
  /** The lowest number of a call. */
  readonly firstNumber: number;
  /** Above the numbers that the kernel gives to new calls. */
  readonly endNumber: number;
}

/** Value of `AUDIT_ARCH_I386`. */
export const AUDIT_ARCH_I386 = 0x40000003;
/** Value of `AUDIT_ARCH_ARM`. */
export const AUDIT_ARCH_ARM = 0x40000028;
/** Set in the number of every x32 call; its architecture is x86-64's. */
export const X32_SYSCALL_BIT = 0x40000000;

/** Calls of 32-bit ARM's own are behind all others: `__ARM_NR_BASE`. */
const ARM_PRIVATE_BASE = 0x0f0000;
const ALL_NUMBERS = { firstNumber: 0, endNumber: 2 ** 32 } as const;

/** What a filter sees of each architecture. */
export const CALL_ARCHITECTURES: Readonly<
  Record<SeccompArchitecture, CallArchitecture>
> = {
  SCMP_ARCH_X86_64: {
    name: "SCMP_ARCH_X86_64",
    audit: AUDIT_ARCH_X86_64,
    argumentBits: 64,
    firstNumber: 0,
    endNumber: X32_SYSCALL_BIT,
  },
  SCMP_ARCH_X86: {
    name: "SCMP_ARCH_X86",
    audit: AUDIT_ARCH_I386,
    argumentBits: 32,
    ...ALL_NUMBERS,
  },
  SCMP_ARCH_X32: {
    name: "SCMP_ARCH_X32",
    audit: AUDIT_ARCH_X86_64,
    argumentBits: 32,
    firstNumber: X32_SYSCALL_BIT,
    endNumber: 2 ** 32,
  },
  SCMP_ARCH_AARCH64: {
    name: "SCMP_ARCH_AARCH64",
    audit: AUDIT_ARCH_AARCH64,
    argumentBits: 64,
    ...ALL_NUMBERS,
  },
  SCMP_ARCH_ARM: {
    name: "SCMP_ARCH_ARM",
    audit: AUDIT_ARCH_ARM,
    argumentBits: 32,
    firstNumber: 0,
    endNumber: ARM_PRIVATE_BASE,
  },
};

/** A host, as profiles name it and with what it runs. */
export interface HostArchitecture {
  /** Docker's name, after Go's. */
  readonly docker: string;
  readonly native: SeccompArchitecture;
  /** What its kernel may run besides its own. */
  readonly others: readonly SeccompArchitecture[];
}

/** The hosts tsdocker runs on. */
export const HOSTS: Readonly<Record<Arch, HostArchitecture>> = {
  x86_64: {
    docker: "amd64",
    native: "SCMP_ARCH_X86_64",
    others: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  },
  aarch64: {
    docker: "arm64",
    native: "SCMP_ARCH_AARCH64",
    others: ["SCMP_ARCH_ARM"],
  },
};

/** Names of hosts in conditions of docker's profiles. */
export const HOST_ARCHITECTURES: readonly string[] = [
  "amd64",
  "arm",
  "arm64",
  "loong64",
  "loongarch64",
  "mips",
  "mips64",
  "mips64le",
  "mips64n32",
  "mipsel",
  "mipsel64",
  "mipsel64n32",
  "mipsle",
  "ppc",
  "ppc64",
  "ppc64le",
  "riscv64",
  "s390",
  "s390x",
  "x32",
  "x86",
];

/** Architectures that profiles may name and no host of ours runs. */
export const FOREIGN_ARCHITECTURES: readonly string[] = [
  "SCMP_ARCH_LOONGARCH64",
  "SCMP_ARCH_M68K",
  "SCMP_ARCH_MIPS",
  "SCMP_ARCH_MIPS64",
  "SCMP_ARCH_MIPS64N32",
  "SCMP_ARCH_MIPSEL",
  "SCMP_ARCH_MIPSEL64",
  "SCMP_ARCH_MIPSEL64N32",
  "SCMP_ARCH_PARISC",
  "SCMP_ARCH_PARISC64",
  "SCMP_ARCH_PPC",
  "SCMP_ARCH_PPC64",
  "SCMP_ARCH_PPC64LE",
  "SCMP_ARCH_RISCV64",
  "SCMP_ARCH_S390",
  "SCMP_ARCH_S390X",
  "SCMP_ARCH_SH",
  "SCMP_ARCH_SHEB",
];
