/**
 * Asks a C compiler about the kernel's headers.
 *
 * @module
 */

/** The architectures whose headers may be installed. */
export type HeaderArch = "x86_64" | "aarch64";

const CROSS_HEADERS: Readonly<Record<HeaderArch, string>> = {
  x86_64: "/usr/x86_64-linux-gnu/include",
  aarch64: "/usr/aarch64-linux-gnu/include",
};

/**
 * Why expressions cannot be evaluated for an architecture.
 *
 * @returns What is missing, or `undefined` if nothing is.
 */
export function missingCompiler(arch: HeaderArch): string | undefined {
  if (!Deno.env.get("PATH")?.split(":").some((path) => exists(`${path}/gcc`))) {
    return "gcc";
  }
  if (arch === Deno.build.arch) {
    return exists("/usr/include/linux/sched.h") ? undefined : "linux-libc-dev";
  }
  return exists(`${CROSS_HEADERS[arch]}/linux/sched.h`)
    ? undefined
    : `kernel headers of ${arch} in ${CROSS_HEADERS[arch]}`;
}

/** What to evaluate. */
export interface Question {
  readonly arch: HeaderArch;
  readonly headers: readonly string[];
  /** Macros to define before the headers. */
  readonly defines?: readonly string[];
  /** C expressions; one that is a bare macro may be undefined. */
  readonly expressions: readonly string[];
}

/**
 * Evaluates C expressions of integers.
 *
 * The program runs here, whatever architecture the headers are of: they hold
 * numbers and layouts that both compile to alike.
 *
 * @returns Values by expression; `undefined` for an undefined macro.
 */
export async function evaluate(
  { arch, headers, expressions, defines = [] }: Question,
): Promise<Map<string, bigint | undefined>> {
  const lines = [
    ...["_GNU_SOURCE", ...defines].map((macro) => `#define ${macro}`),
    ...headers.map((header) => `#include <${header}>`),
    "int printf(const char *, ...);",
    "int main(void) {",
  ];
  for (const expression of expressions) {
    const isName = /^[A-Z]\w*$/.test(expression);
    if (isName) lines.push(`#ifdef ${expression}`);
    lines.push(`printf("%lld\\n", (long long)(${expression}));`);
    if (isName) lines.push("#else", 'printf("\\n");', "#endif");
  }
  lines.push("return 0; }", "");
  const output = await compileAndRun(lines.join("\n"), arch);
  const values = output.split("\n");
  return new Map(expressions.map((expression, index) => {
    const text = values[index] ?? "";
    return [expression, text === "" ? undefined : BigInt(text)];
  }));
}

async function compileAndRun(
  source: string,
  arch: HeaderArch,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.c`, source);
    const flags = arch === Deno.build.arch
      ? []
      : ["-nostdinc", "-isystem", CROSS_HEADERS[arch]];
    await run("gcc", [
      "-w",
      ...flags,
      "-o",
      `${folder}/program`,
      `${folder}/program.c`,
    ]);
    return await run(`${folder}/program`, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(command: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`${command}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
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
