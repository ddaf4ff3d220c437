// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * Runs test suites one after the other and closes with one line that counts
 * them all: `N passed, N failed`, and `, N skipped` when there are any.
 *
 *     tools/deno.sh run -A tools/test.ts [--no-check] SUITE…
 *     tools/deno.sh run -A tools/test.ts [--no-check] PATH…
 *
 * Paths have a slash; their tests are taken for such that need root.
 *
 * @module
 */
import {
  addCounts,
  closingLine,
  type Counts,
  NO_COUNTS,
  parseSummary,
} from "./test/counts.ts";

/** A named set of tests. */
interface Suite {
  /** Arguments of `deno test`: files and folders, or options. */
  readonly args: readonly string[];
  /** Whether its tests make namespaces, mounts and cgroups. */
  readonly needs: "root" | "nothing";
}

const SUITES: Readonly<Record<string, Suite>> = {
  unit: { args: ["tests/unit"], needs: "nothing" },
  architecture: { args: ["tests/architecture_test.ts"], needs: "nothing" },
  // Unchecked: each example gets imports of all that its file exports, unused ones.
  docs: { args: ["--doc", "--no-check", "ffi", "lib"], needs: "nothing" },
  abi: { args: ["tests/abi"], needs: "nothing" },
  root: { args: ["tests/root"], needs: "root" },
  e2e: { args: ["tests/e2e"], needs: "root" },
};

const CHECKOUT = decodeURIComponent(new URL("..", import.meta.url).pathname);

/** The files and folders among a suite's arguments that exist. */
async function existingPaths(suite: Suite): Promise<string[]> {
  const found: string[] = [];
  for (const path of suite.args.filter((arg) => !arg.startsWith("-"))) {
    if (
      await testFiles(`${CHECKOUT}${path}`, suite).then((n) => n.length > 0)
    ) {
      found.push(path);
    }
  }
  return found;
}

/** The files below a path that the suite takes tests from. */
async function testFiles(path: string, suite: Suite): Promise<string[]> {
  const ending = suite.args.includes("--doc") ? ".ts" : "_test.ts";
  const { isFile } = await Deno.stat(path).catch(() => ({ isFile: undefined }));
  if (isFile === undefined) return [];
  if (isFile) return [path];
  const files: string[] = [];
  for await (const entry of Deno.readDir(path)) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory) files.push(...await testFiles(child, suite));
    else if (entry.name.endsWith(ending)) files.push(child);
  }
  return files;
}

/** Counts the tests of a suite that this user cannot run. */
async function skipForWantOfRoot(name: string, suite: Suite): Promise<Counts> {
  let skipped = 0;
  for (const path of await existingPaths(suite)) {
    for (const file of await testFiles(`${CHECKOUT}${path}`, suite)) {
      const text = await Deno.readTextFile(file);
      skipped += text.match(/^Deno\.test\(/gm)?.length ?? 0;
    }
  }
  console.log(`${name}: ${skipped} skipped: they need root`);
  return { ...NO_COUNTS, skipped };
}

/** Runs one suite, showing its output as it comes. */
async function run(
  name: string,
  suite: Suite,
  options: readonly string[],
): Promise<Counts> {
  const paths = await existingPaths(suite);
  if (paths.length === 0) {
    console.log(`${name}: no tests`);
    return NO_COUNTS;
  }
  const flags = suite.args.filter((arg) => arg.startsWith("-"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...options, ...flags, ...paths],
    cwd: CHECKOUT,
    env: { NO_COLOR: "1", ...environmentOf(suite) },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    output += text;
  }
  return parseSummary(output, (await child.status).code);
}

/** Where the built program unpacks itself, to leave the host's place alone. */
const RUNTIME = `${CHECKOUT}.cache/test-runtime`;

/** As root, a test that skips itself for want of root is a failure. */
function environmentOf({ needs }: Suite): Record<string, string> {
  if (needs === "nothing") return {};
  return { REQUIRE_ROOT: "1", TSDOCKER_RUNTIME_DIR: RUNTIME };
}

/** Removes what earlier builds of the program have unpacked. */
async function clearRuntime(): Promise<void> {
  try {
    await Deno.remove(RUNTIME, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The suites that are named; all paths are one together. */
function chosen(words: readonly string[]): [name: string, Suite][] {
  const names = words.filter((word) => !word.startsWith("-"));
  const paths = names.filter((name) => name.includes("/"));
  const suites = names.filter((name) => !name.includes("/"))
    .map((name): [string, Suite] => {
      const suite = SUITES[name];
      if (suite === undefined) throw new Error(`Unknown suite "${name}"`);
      return [name, suite];
    });
  return paths.length === 0
    ? suites
    : [...suites, ["paths", { args: paths, needs: "root" }]];
}

async function runAll(words: readonly string[]): Promise<Counts> {
  const options = words.filter((word) => word.startsWith("-"));
  let total = NO_COUNTS;
  for (const [name, suite] of chosen(words)) {
    const isRunnable = suite.needs === "nothing" || Deno.uid() === 0;
    total = addCounts(
      total,
      isRunnable
        ? await run(name, suite, options)
        : await skipForWantOfRoot(name, suite),
    );
  }
  return total;
}

if (import.meta.main) {
  await clearRuntime();
  const total = await runAll(Deno.args);
  await clearRuntime();
  console.log(closingLine(total));
  Deno.exit(total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1);
}
