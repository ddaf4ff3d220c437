/**
 * Writes what the seccomp compiler carries as data: the numbers of all system
 * calls, from the kernel's headers, and the filter of the default profile.
 *
 * `deno run -A tools/seccomp.ts` after a change to the default profile or to
 * the compiler; `… tools/seccomp.ts numbers` after a new kernel. The second
 * needs gcc and the headers of x86, aarch64 and arm; tests compare the results.
 *
 * @module
 */
import { DEFAULT_CAPABILITIES } from "../lib/engine/capabilities.ts";
import type { SeccompArchitecture } from "../lib/oci/linux_seccomp.ts";
import { DEFAULT_PROFILE } from "../lib/runtime/security/seccomp/default_profile.ts";
import { compileProfile } from "../lib/runtime/security/seccomp/compile_profile.ts";

/** The project's root folder. */
const ROOT: string = new URL("..", import.meta.url).pathname;

/** Where the generated tables are. */
const FOLDER = `${ROOT}lib/runtime/security/seccomp`;

/** Kernel headers of an architecture. */
interface Headers {
  /** Folders that may have them; the first that does is used. */
  readonly folders: readonly string[];
  readonly header: string;
  readonly defines: readonly string[];
  /** What a number must not have set: `__X32_SYSCALL_BIT`. */
  readonly base: number;
  /** Macros of numbers begin with one of these. */
  readonly prefixes: readonly string[];
}

const X86_FOLDERS = [
  "/usr/include/x86_64-linux-gnu",
  "/usr/x86_64-linux-gnu/include",
];

const PLAIN = { defines: [], base: 0, prefixes: ["__NR_"] } as const;

const HEADERS: Readonly<Record<SeccompArchitecture, Headers>> = {
  SCMP_ARCH_X86_64: {
    ...PLAIN,
    folders: X86_FOLDERS,
    header: "asm/unistd_64.h",
  },
  SCMP_ARCH_X86: {
    ...PLAIN,
    folders: X86_FOLDERS,
    header: "asm/unistd_32.h",
  },
  SCMP_ARCH_X32: {
    ...PLAIN,
    folders: X86_FOLDERS,
    header: "asm/unistd_x32.h",
    defines: ["__X32_SYSCALL_BIT=0x40000000"],
    base: 0x40000000,
  },
  SCMP_ARCH_AARCH64: {
    ...PLAIN,
    folders: ["/usr/aarch64-linux-gnu/include", "/usr/include"],
    header: "asm/unistd.h",
    // `asm/bitsperlong.h` has them from the compiler, which may be another's.
    defines: ["__aarch64__", "__LP64__"],
  },
  SCMP_ARCH_ARM: {
    ...PLAIN,
    folders: ["/usr/arm-linux-gnueabihf/include"],
    header: "asm/unistd.h",
    defines: ["__arm__", "__ARM_EABI__"],
    prefixes: ["__NR_", "__ARM_NR_"],
  },
};

/** Macros that number no call, or number one under another name. */
const NO_CALLS: readonly string[] = [
  "__NR_syscalls",
  "__NR_SYSCALL_MASK",
  "__NR_SYSCALL_BASE",
  "__NR_OABI_SYSCALL_BASE",
  "__NR_arch_specific_syscall",
  "__ARM_NR_BASE",
];

/** Calls newer than the headers of Debian 12, which are of Linux 6.1. */
const NEWER: readonly (readonly [name: string, number: number])[] = [
  ["cachestat", 451],
  ["fchmodat2", 452],
  ["futex_wake", 454],
  ["futex_wait", 455],
  ["futex_requeue", 456],
  ["statmount", 457],
  ["listmount", 458],
  ["lsm_get_self_attr", 459],
  ["lsm_set_self_attr", 460],
  ["lsm_list_modules", 461],
  ["mseal", 462],
  ["setxattrat", 463],
  ["getxattrat", 464],
  ["listxattrat", 465],
  ["removexattrat", 466],
  ["open_tree_attr", 467],
  ["file_getattr", 468],
  ["file_setattr", 469],
];

/** Newer calls that not every architecture has. */
const NEWER_OF: Readonly<Record<SeccompArchitecture, typeof NEWER>> = {
  SCMP_ARCH_X86_64: [
    ["uretprobe", 335],
    ["uprobe", 336],
    ["map_shadow_stack", 453],
  ],
  SCMP_ARCH_X86: [["map_shadow_stack", 453]],
  SCMP_ARCH_X32: [],
  SCMP_ARCH_AARCH64: [["map_shadow_stack", 453]],
  SCMP_ARCH_ARM: [["map_shadow_stack", 453]],
};

/** The architectures, in the order they are written. */
export const ARCHITECTURES = Object.keys(HEADERS) as SeccompArchitecture[];

/**
 * The numbers in the kernel's headers, by name.
 *
 * @returns `undefined` if the compiler or the headers are not installed.
 */
export async function readHeaders(
  architecture: SeccompArchitecture,
): Promise<Map<string, number> | undefined> {
  const { folders, header, defines, base, prefixes } = HEADERS[architecture];
  const folder = folders.find((one) => exists(`${one}/${header}`));
  if (folder === undefined) return undefined;
  const flags = [
    "-E",
    "-nostdinc",
    "-isystem",
    folder,
    // Folders of an architecture hold `asm` only; `asm-generic` is beside them.
    "-isystem",
    "/usr/include",
    ...defines.map((define) => `-D${define}`),
  ];
  const include = `#include <${header}>\n`;
  const macros = await preprocess([...flags, "-dM"], include);
  if (macros === undefined) return undefined;
  const names = [...macros.matchAll(/^#define (__(?:ARM_)?NR_\w+) /gm)]
    .map(([, name = ""]) => name)
    .filter((name) =>
      prefixes.some((prefix) => name.startsWith(prefix)) &&
      !NO_CALLS.includes(name)
    );
  const questions = names.map((name) =>
    `"${name.replace(/^__(?:ARM_)?NR_/, "")}" ${name}\n`
  );
  const answers = await preprocess(
    [...flags, "-P"],
    include + questions.join(""),
  );
  const numbers = new Map<string, number>();
  for (const [, name, sum] of answers?.matchAll(/^"(\w+)" (.*)$/gm) ?? []) {
    if (name !== undefined && sum !== undefined) {
      numbers.set(name, evaluate(sum) - base);
    }
  }
  return numbers;
}

/** A sum of integers, such as `(0x0f0000 + 1)`. */
function evaluate(sum: string): number {
  return sum.replaceAll(/[()\s]/g, "").split("+")
    .reduce((total, term) => total + Number(term), 0);
}

async function preprocess(
  flags: readonly string[],
  source: string,
): Promise<string | undefined> {
  try {
    await using child = new Deno.Command("gcc", {
      args: [...flags, "-undef", "-x", "c", "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(source));
    await writer.close();
    const { code, stdout } = await child.output();
    if (code !== 0) throw new Error("Cannot read the kernel's headers");
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Those of the headers and those that are newer. */
export function withNewer(
  architecture: SeccompArchitecture,
  numbers: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([
    ...numbers,
    ...NEWER,
    ...NEWER_OF[architecture],
  ]);
}

/**
 * Names in the order of their numbers, with a number wherever it is not that
 * of the name before it and one: `read write 5 fstat`.
 */
export function formatNumbers(numbers: ReadonlyMap<string, number>): string {
  const sorted = [...numbers].sort(([a, m], [b, n]) =>
    m - n || (a < b ? -1 : 1)
  );
  let next = 0;
  return sorted.map(([name, number]) => {
    const isNext = number === next;
    next = number + 1;
    return isNext ? name : `${number} ${name}`;
  }).join(" ");
}

/** The generated table of numbers. */
async function renderNumbers(): Promise<string> {
  const lines = [
    "// Generated by tools/seccomp.ts from the kernel's headers; do not edit.",
    "/** @module */",
    'import type { SeccompArchitecture } from "../../../oci/linux_seccomp.ts";',
    "",
    "/**",
    " * Names of calls in the order of their numbers; a number is that of the name",
    " * behind it, and the others count on. Calls of x32 are without their bit.",
    " */",
    "export const SYSCALL_NAMES: Readonly<Record<SeccompArchitecture, string>> = {",
  ];
  for (const architecture of ARCHITECTURES) {
    const numbers = await readHeaders(architecture);
    if (numbers === undefined) {
      throw new Error(`Cannot find gcc and the headers of ${architecture}`);
    }
    lines.push(`  ${architecture}: [`);
    const text = formatNumbers(withNewer(architecture, numbers));
    for (const [line] of text.matchAll(/\S.{0,68}(?=\s|$)/g)) {
      lines.push(`    "${line}",`);
    }
    lines.push('  ].join(" "),');
  }
  return [...lines, "};", ""].join("\n");
}

/** The architectures that tsdocker runs on. */
const HOSTS = ["x86_64", "aarch64"] as const;

/** The default profile depends on no kernel; this says so if it comes to. */
const ANY_KERNEL = { major: Number.NaN, minor: Number.NaN };

/** The generated filter of the default profile. */
export function renderDefaultFilter(): string {
  const conditions = DEFAULT_PROFILE.syscalls.flatMap(
    ({ includes, excludes }) => [includes ?? {}, excludes ?? {}],
  );
  if (conditions.some(({ minKernel }) => minKernel !== undefined)) {
    throw new Error("The generated filter is for all kernels alike");
  }
  const mentioned = new Set(conditions.flatMap(({ caps }) => caps ?? []));
  const capabilities = new Set<string>(DEFAULT_CAPABILITIES);
  const lines = [
    "// Generated by tools/seccomp.ts from the default profile; do not edit.",
    "/** @module */",
    "",
    "/** The default profile for the default capabilities, on any kernel. */",
    "export const DEFAULT_FILTER = {",
    "  /** Those that matter to the profile, and whether the container has them. */",
    "  capabilities: {",
    ...[...mentioned].sort().map((name) =>
      `    ${name}: ${capabilities.has(name)},`
    ),
    "  },",
  ];
  const filters = HOSTS.map((architecture) =>
    compileProfile(DEFAULT_PROFILE, {
      architecture,
      capabilities,
      kernel: ANY_KERNEL,
    })
  );
  lines.push(`  flags: ${filters[0]?.flags ?? 0},`, "  programs: {");
  filters.forEach(({ program }, index) => {
    lines.push(`    ${HOSTS[index]}: [`);
    for (const [line] of program.toBase64().matchAll(/.{1,68}/g)) {
      lines.push(`      "${line}",`);
    }
    lines.push('    ].join(""),');
  });
  return [...lines, "  },", "} as const;", ""].join("\n");
}

if (import.meta.main) {
  if (Deno.args.includes("numbers")) {
    const numbers = await renderNumbers();
    await Deno.writeTextFile(`${FOLDER}/syscall_names.ts`, numbers);
  }
  await Deno.writeTextFile(
    `${FOLDER}/default_filter.ts`,
    renderDefaultFilter(),
  );
}
