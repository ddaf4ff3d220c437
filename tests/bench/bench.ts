// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * Runs all benchmarks and writes what they print into docs/benchmarks.md:
 * `make bench`, as root; or only some of them:
 * `deno run -A tests/bench/bench.ts [SCRIPT...]`.
 *
 * @module
 */
import { machine, withSection } from "./support/report.ts";

const CHECKOUT = decodeURIComponent(new URL("../..", import.meta.url).pathname);
const DOCUMENT = `${CHECKOUT}docs/benchmarks.md`;

/** A script beside this one, and the section its output becomes. */
interface Benchmark {
  readonly script: string;
  readonly title: string;
  /** How its output is shown. */
  readonly as: "markdown" | "text";
}

const BENCHMARKS: readonly Benchmark[] = [
  { script: "run.ts", title: "Starting a container", as: "markdown" },
  {
    script: "detached.ts",
    title: "Starting a detached container",
    as: "markdown",
  },
  {
    script: "bridge.ts",
    title: "Starting a container on a bridge",
    as: "markdown",
  },
  { script: "throughput.ts", title: "Throughput of a bridge", as: "markdown" },
  { script: "ports.ts", title: "A hundred published ports", as: "markdown" },
  { script: "neighbours.ts", title: "Many neighbours", as: "markdown" },
  { script: "exec.ts", title: "Running a further program", as: "markdown" },
  { script: "echo.ts", title: "Echo of a key in a terminal", as: "markdown" },
  { script: "many.ts", title: "Many containers", as: "markdown" },
  { script: "log.ts", title: "Logging short lines", as: "markdown" },
  { script: "launch.ts", title: "Launching natively", as: "markdown" },
  { script: "commit.ts", title: "Committing one file", as: "markdown" },
  { script: "load.ts", title: "Importing and loading images", as: "markdown" },
  { script: "pull.ts", title: "Pulling an image", as: "markdown" },
  { script: "unpack.ts", title: "Unpacking a large archive", as: "text" },
];

/** The benchmarks of some scripts; all of them if none is named. */
function chosen(scripts: readonly string[]): readonly Benchmark[] {
  if (scripts.length === 0) return BENCHMARKS;
  const known = BENCHMARKS.map(({ script }) => script);
  const unknown = scripts.filter((script) => !known.includes(script));
  if (unknown.length === 0) {
    return BENCHMARKS.filter(({ script }) => scripts.includes(script));
  }
  throw new Error(`No benchmark is called ${unknown.join(", ")}`);
}

/** Runs a script; its output is shown as it is, and also when it fails. */
async function run({ script }: Benchmark): Promise<string> {
  console.log(`== ${script}`);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(script, import.meta.url).pathname],
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  console.log(text);
  if (!success) throw new Error(`${script} failed`);
  return text;
}

/** Aligns the tables, as `make ok` wants them. */
async function format(file: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", file],
  }).output();
  if (!success) throw new Error(`deno fmt of ${file} failed`);
}

if (import.meta.main) {
  let document = await Deno.readTextFile(DOCUMENT);
  for (const benchmark of chosen(Deno.args)) {
    const text = (await run(benchmark)).trim();
    const body = benchmark.as === "text" ? `\`\`\`text\n${text}\n\`\`\`` : text;
    document = withSection(
      document,
      benchmark.title,
      `${await machine()}\n\n${body}`,
    );
  }
  await Deno.writeTextFile(DOCUMENT, document);
  await format(DOCUMENT);
}
