/**
 * Compares every number and layout in ffi/ with the kernel's own headers, as a
 * C compiler reads them: system calls, constants and structs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AARCH64, AUDIT_ARCH_AARCH64 } from "../../ffi/arch/aarch64.ts";
import { AUDIT_ARCH_X86_64, X86_64 } from "../../ffi/arch/x86_64.ts";
import {
  BPF,
  BPF_ATTACH_TYPE,
  BPF_DEVCG_ACC,
  BPF_DEVCG_DEV,
  BPF_PROG_TYPE,
  BPF_REG,
} from "../../ffi/constants/bpf.ts";
import * as ifAddr from "../../ffi/constants/if_addr.ts";
import * as ifLink from "../../ffi/constants/if_link.ts";
import * as netfilter from "../../ffi/constants/netfilter.ts";
import * as netlink from "../../ffi/constants/netlink.ts";
import * as nfConntrack from "../../ffi/constants/nf_conntrack_common.ts";
import * as nfnetlinkConntrack from "../../ffi/constants/nfnetlink_conntrack.ts";
import * as nfTables from "../../ffi/constants/nf_tables.ts";
import * as rtnetlink from "../../ffi/constants/rtnetlink.ts";
import * as veth from "../../ffi/constants/veth.ts";
import * as structs from "../../ffi/structs.ts";
import {
  evaluate,
  type HeaderArch,
  missingCompiler,
} from "../support/c_compiler.ts";

const CONSTANTS = new URL("../../ffi/constants/", import.meta.url);
const ARCHES = ["x86_64", "aarch64"] as const;

/** Headers to include where the file's first line of documentation misleads. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  // The kernel's SIGRTMIN is 32; ours is the one programs see.
  "signal.ts": ["signal.h"],
  // UTIME_NOW is in no header that the kernel installs.
  "stat.ts": ["sys/stat.h"],
  "errno.ts": ["asm/errno.h"],
  "fcntl.ts": ["linux/fcntl.h", "linux/memfd.h"],
  "ioctls.ts": ["asm/ioctls.h", "linux/ioctl.h"],
  "termbits.ts": ["asm/termbits.h"],
  "openat2.ts": ["linux/openat2.h"],
  "umount.ts": ["sys/mount.h"],
  "socket.ts": ["sys/socket.h"],
  "nfnetlink.ts": ["linux/netlink.h", "linux/netfilter/nfnetlink.h"],
  "nf_tables.ts": ["linux/netlink.h", "linux/netfilter/nf_tables.h"],
  "nf_nat.ts": ["linux/netfilter/nf_nat.h"],
  "nfnetlink_conntrack.ts": [
    "linux/netlink.h",
    "linux/netfilter/nfnetlink_conntrack.h",
  ],
  "nf_conntrack_common.ts": ["linux/netfilter/nf_conntrack_common.h"],
};

/** What aarch64 asks of the generic table, in its `asm/unistd.h`. */
const AARCH64_WANTS = [
  "__ARCH_WANT_RENAMEAT",
  "__ARCH_WANT_NEW_STAT",
  "__ARCH_WANT_SET_GET_RLIMIT",
  "__ARCH_WANT_SYS_CLONE3",
];

/** Tables of enumerators, which the preprocessor does not know. */
const ENUMERATIONS: readonly object[] = [
  ...[BPF, BPF_PROG_TYPE, BPF_ATTACH_TYPE],
  ...[BPF_DEVCG_DEV, BPF_DEVCG_ACC, BPF_REG],
  ...[
    ifAddr,
    ifLink,
    netfilter,
    netlink,
    nfConntrack,
    nfnetlinkConntrack,
    nfTables,
    rtnetlink,
    veth,
  ]
    .flatMap((module): object[] => Object.values(module)),
];

/** What C has no macro for. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  STATX_BYTES: "sizeof(struct statx)",
  // Of an enumeration; a name alone is taken for a macro.
  PER_LINUX: "(PER_LINUX)",
  PER_LINUX32: "(PER_LINUX32)",
  UNAME26: "(UNAME26)",
  // Enumerators: in parentheses, nobody asks the preprocessor for them.
  ...Object.fromEntries(
    ENUMERATIONS
      .flatMap(Object.keys)
      .map((name) => [name, `(${name})`]),
  ),
};

function abiTest(
  claim: string,
  arch: HeaderArch,
  body: () => Promise<void>,
): void {
  const missing = missingCompiler(arch);
  Deno.test({
    name: missing === undefined
      ? claim
      : `${claim} (skipped: needs ${missing})`,
    ignore: missing !== undefined,
    fn: body,
  });
}

/** Fails for each number that is not what its expression says. */
async function compare(
  arch: HeaderArch,
  headers: readonly string[],
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  assert.ok(expected.size > 0, "there is something to compare");
  const actual = await evaluate({
    arch,
    headers,
    defines: headers.includes("asm-generic/unistd.h") ? AARCH64_WANTS : [],
    expressions: [...expected.keys()],
  });
  const render = (value: bigint | number | undefined): string =>
    value === undefined ? "undefined" : `0x${BigInt(value).toString(16)}`;
  const ours = [...expected].map(([name, value]) => `${name} ${render(value)}`);
  const theirs = [...actual].map(([name, value]) => `${name} ${render(value)}`);
  assert.deepEqual(ours, theirs);
}

for (const arch of ARCHES) {
  const numbers = arch === "x86_64" ? X86_64 : AARCH64;
  const calls = new Map(
    Object.entries(numbers).map(([name, number]) => [`__NR_${name}`, number]),
  );
  const header = arch === "x86_64" && Deno.build.arch === "x86_64"
    ? "asm/unistd_64.h"
    : "asm/unistd.h";
  abiTest(
    `system calls of ${arch} are those of ${header}`,
    arch,
    () => compare(arch, [header], calls),
  );

  abiTest(
    `AUDIT_ARCH of ${arch} is that of linux/audit.h`,
    arch,
    () =>
      compare(
        arch,
        ["linux/audit.h"],
        new Map([
          ["AUDIT_ARCH_X86_64", AUDIT_ARCH_X86_64],
          ["AUDIT_ARCH_AARCH64", AUDIT_ARCH_AARCH64],
        ]),
      ),
  );
}

abiTest(
  "system calls of aarch64 are those of asm-generic/unistd.h",
  Deno.build.arch,
  () => {
    const calls = Object.entries(AARCH64).map(([name, number]) =>
      [`__NR_${name}`, number] as const
    );
    // The generic table spells those with 64-bit offsets by other names.
    const others: Readonly<Record<string, string>> = {
      __NR_fcntl: "__NR3264_fcntl",
      __NR_statfs: "__NR3264_statfs",
      __NR_ftruncate: "__NR3264_ftruncate",
      __NR_lseek: "__NR3264_lseek",
      __NR_sendfile: "__NR3264_sendfile",
      __NR_newfstatat: "__NR3264_fstatat",
      __NR_fstat: "__NR3264_fstat",
      __NR_mmap: "__NR3264_mmap",
    };
    return compare(
      Deno.build.arch,
      ["asm-generic/unistd.h"],
      new Map(calls.map(([name, value]) => [others[name] ?? name, value])),
    );
  },
);

for (const { name: file } of Deno.readDirSync(CONSTANTS)) {
  const module: Record<string, unknown> = await import(
    new URL(file, CONSTANTS).href
  );
  for (const arch of ARCHES) {
    const constants = constantsOf(module, arch);
    if (constants.size === 0) continue;
    const headers = HEADERS[file] ?? [headerOf(file)];
    // glibc's own headers exist for this machine's architecture only.
    if (headers.some(needsGlibc) && arch !== Deno.build.arch) continue;
    abiTest(
      `ffi/constants/${file} on ${arch} is ${headers.join(" and ")}`,
      arch,
      () => compare(arch, headers, constants),
    );
  }
}

/** The kernel's own headers are for both, but for those that want glibc's. */
function needsGlibc(header: string): boolean {
  return !/^(linux|asm)\//.test(header) || header === "linux/if.h" ||
    header.includes("_tables.h");
}

/** The first header that a file's documentation names. */
function headerOf(file: string): string {
  const text = Deno.readTextFileSync(new URL(file, CONSTANTS));
  const header = /\b(linux|asm)(-generic)?\/[\w-]+\.h\b/.exec(text)?.[0];
  if (header === undefined) throw new Error(`${file} names no header`);
  return header.replace("asm-generic/", "asm/");
}

/** A module's numbers by C expression, of tables and of plain exports. */
function constantsOf(
  module: Record<string, unknown>,
  arch: HeaderArch,
): Map<string, number> {
  const constants = new Map<string, number>();
  const dependent = new Set<string>();
  const add = (name: string, value: unknown): void => {
    if (typeof value !== "number") return;
    const isMember = /^[a-z]+_/.test(name);
    const expression = isMember
      ? `__builtin_offsetof(struct statx, ${name})`
      : EXPRESSIONS[name] ?? name;
    constants.set(expression, value);
  };
  for (const [name, value] of Object.entries(module)) {
    if (typeof value !== "object" || value === null) continue;
    const table = value as Record<string, unknown>;
    const own = table[arch];
    if (typeof own === "object" && own !== null) {
      for (const member of Object.entries(own)) {
        dependent.add(member[0]);
        add(...member);
      }
    } else {
      for (const member of Object.entries(table)) add(...member);
    }
    assert.ok(constants.size > 0, `${name} holds numbers`);
  }
  for (const [name, value] of Object.entries(module)) {
    // A plain export of such a name has the value of the running architecture.
    if (dependent.has(name)) continue;
    if (name === "O_TMPFILE" && arch !== Deno.build.arch) continue;
    add(name, value);
  }
  return constants;
}

for (const struct of Object.values(structs)) {
  for (const arch of ARCHES) {
    if (needsGlibc(struct.header) && arch !== Deno.build.arch) continue;
    abiTest(
      `${struct.name} on ${arch} is laid out as in ${struct.header}`,
      arch,
      () => {
        const expected = new Map([[`sizeof(${struct.name})`, struct.size]]);
        for (const [name, { offset, size }] of Object.entries(struct.fields)) {
          if (name.startsWith("_")) continue;
          expected.set(`__builtin_offsetof(${struct.name}, ${name})`, offset);
          expected.set(`sizeof(((${struct.name} *)0)->${name})`, size);
        }
        return compare(arch, [struct.header], expected);
      },
    );
  }
}
