/**
 * Compiles seccomp policies with libseccomp, as runc does, to compare ours with.
 *
 * @module
 * @see tests/fixtures/seccomp/export_filter.c
 */
import type {
  LinuxSeccomp,
  SeccompAction,
  SeccompArchitecture,
  SeccompArgument,
  SeccompRule,
} from "../../lib/oci/linux_seccomp.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

const SOURCE = new URL("../fixtures/seccomp/export_filter.c", import.meta.url);
const HEADER = "/usr/include/seccomp.h";
const EPERM = 1;

/** Above so many rules, runc asks for a tree in place of a list. */
const MANY_RULES = 32;

/** What an action is to the kernel. @see linux/seccomp.h */
export const SECCOMP_RET: Readonly<Record<SeccompAction, number>> = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

/** A filter that libseccomp has compiled. */
export interface LibseccompFilter {
  /** `struct sock_filter` after `struct sock_filter`. */
  readonly program: Uint8Array;
  /** Numbers it knows of the calls in the rules. */
  readonly numbers: Readonly<
    Record<SeccompArchitecture, ReadonlyMap<string, number>>
  >;
}

/** The library, ready to compile. */
export interface Libseccomp extends Disposable {
  /** @throws {Error} If it refuses the policy. */
  compile(seccomp: LinuxSeccomp): Promise<LibseccompFilter>;
}

/** What is missing to use the library, or `undefined` if nothing is. */
export function missingLibseccomp(): string | undefined {
  const path = Deno.env.get("PATH") ?? "";
  const hasCompiler = path.split(":").some((folder) => exists(`${folder}/gcc`));
  if (!hasCompiler) return "gcc";
  return exists(HEADER) ? undefined : "libseccomp-dev";
}

/** Builds the program that compiles with it. */
export async function openLibseccomp(): Promise<Libseccomp> {
  const folder = new TemporaryDirectory();
  const program = `${folder.path}/export_filter`;
  try {
    await run("gcc", {
      args: ["-w", "-o", program, SOURCE.pathname, "-lseccomp"],
    });
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
  return {
    compile: async (seccomp) => {
      const { stdout, stderr } = await run(program, {
        input: describe(seccomp),
      });
      return { program: stdout, numbers: parseNumbers(stderr) };
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** What an action is to the kernel, with its error number. */
export function returnValue(action: SeccompAction, errnoRet = EPERM): number {
  const takesNumber = action === "SCMP_ACT_ERRNO" ||
    action === "SCMP_ACT_TRACE";
  return SECCOMP_RET[action] + (takesNumber ? errnoRet : 0);
}

/** The policy as lines for the program. */
function describe(seccomp: LinuxSeccomp): string {
  const fallback = returnValue(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const rules = (seccomp.syscalls ?? [])
    .filter(({ action, errnoRet }) =>
      returnValue(action, errnoRet) !== fallback
    )
    .flatMap(ruleLines);
  return [
    `default ${fallback.toString(16)}`,
    ...(rules.length > MANY_RULES ? ["optimize 2"] : []),
    ...(seccomp.architectures ?? []).map((name) => `arch ${archName(name)}`),
    ...rules,
    "",
  ].join("\n");
}

/** Conditions on the same argument are alternatives, and rules of their own. */
function ruleLines(rule: SeccompRule): string[] {
  const { names, action, errnoRet, args = [] } = rule;
  const isEach = new Set(args.map(({ index }) => index)).size < args.length;
  const conditions = isEach ? args.map((one) => [one]) : [args];
  const word = returnValue(action, errnoRet).toString(16);
  return names.flatMap((name) =>
    conditions.map((all) =>
      ["rule", word, name, ...all.map(argumentText)].join(" ")
    )
  );
}

function argumentText(argument: SeccompArgument): string {
  const { index, op, value, valueTwo = 0 } = argument;
  const [a, b] = [value, valueTwo].map((number) => BigInt(number).toString(16));
  return `${index} ${op.replace("SCMP_CMP_", "")} ${a} ${b}`;
}

function archName(architecture: SeccompArchitecture): string {
  return architecture.replace("SCMP_ARCH_", "").toLowerCase();
}

function parseNumbers(text: string): LibseccompFilter["numbers"] {
  const numbers: Record<SeccompArchitecture, Map<string, number>> = {
    SCMP_ARCH_X86: new Map(),
    SCMP_ARCH_X86_64: new Map(),
    SCMP_ARCH_X32: new Map(),
    SCMP_ARCH_ARM: new Map(),
    SCMP_ARCH_AARCH64: new Map(),
  };
  for (
    const [, arch = "", name = "", number] of text.matchAll(
      /^number (\S+) (\S+) (\d+)$/gm,
    )
  ) {
    const architecture = `SCMP_ARCH_${arch.toUpperCase()}`;
    numbers[architecture as SeccompArchitecture].set(name, Number(number));
  }
  return numbers;
}

async function run(
  command: string,
  { args = [], input = "" }: { args?: readonly string[]; input?: string },
): Promise<{ stdout: Uint8Array; stderr: string }> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    writer.write(new TextEncoder().encode(input)).then(() => writer.close()),
  ]);
  const text = new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`${command}: ${text.slice(-1000)}`);
  return { stdout, stderr: text };
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
