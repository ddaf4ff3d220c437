// deno-lint-ignore-file no-console -- a tool reports on stderr
/**
 * Builds `./tsdocker` in one of its two forms.
 *
 *     tools/deno.sh run -A tools/build.ts [--compile | --portable] [OUTPUT]
 *
 * Without a flag TSDOCKER_BUILD=compile|portable decides, and without that
 * whether the base binary of `deno compile` can be had.
 *
 * @module
 */
import { gzip } from "node:zlib";
import { promisify } from "node:util";
import { VERSION } from "../lib/base/build_info.ts";
import { DEFAULT_ROOTS } from "../lib/base/host_paths.ts";
import { type BuildStamp, bundle, stampLine } from "./build/bundle.ts";
import { baseBinaryUrl, compile, findBaseBinary } from "./build/compile.ts";
import { portableExecutable } from "./build/portable.ts";
import { LAYOUTS } from "./build/layouts.ts";
import { splitProgram } from "./build/split.ts";

type Form = "compile" | "portable";

const CHECKOUT = decodeURIComponent(new URL("..", import.meta.url).pathname);
const WORK = `${CHECKOUT}.cache/build`;

/** The form asked for, or `undefined`. */
function requestedForm(word: string | undefined): Form | undefined {
  if (word === undefined || word === "") return undefined;
  if (word === "compile" || word === "portable") return word;
  throw new Error(`Unknown form "${word}": compile and portable are known`);
}

/** The form that can be built here; says so when it is not the first choice. */
async function possibleForm(): Promise<Form> {
  const base = await findBaseBinary({
    denortBin: Deno.env.get("DENORT_BIN"),
    denoDir: Deno.env.get("DENO_DIR"),
    url: baseBinaryUrl(Deno.version.deno, Deno.build.target),
  });
  if (base === "available") return "compile";
  console.error(
    "The base binary of deno compile is out of reach: making the portable file",
  );
  return "portable";
}

/** The commit of the checkout, marked if sources differ from it. */
async function currentCommit(): Promise<string> {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit === undefined) return "unknown";
  const changes = await git("status", "--porcelain", "main.ts", "lib", "ffi");
  return changes === "" ? commit : `${commit}-modified`;
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const command = new Deno.Command("git", {
      args,
      cwd: CHECKOUT,
      stdin: "null",
      stderr: "null",
    });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function compressed(
  bytes: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(bytes, { level: 9 }));
}

/** Deno compressed, which takes seconds and is therefore kept. */
async function compressedDeno(): Promise<Uint8Array<ArrayBuffer>> {
  const path = Deno.execPath();
  const { size, mtime } = await Deno.stat(path);
  const stamp = mtime?.getTime() ?? 0;
  const name = `${WORK}/deno-${Deno.version.deno}-${size}-${stamp}.gz`;
  try {
    return await Deno.readFile(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.error("Compressing Deno (once)");
  const bytes = await compressed(await Deno.readFile(path));
  await Deno.writeFile(`${name}.new`, bytes);
  await Deno.rename(`${name}.new`, name);
  return bytes;
}

/** Writes the portable file; tells the size of the program in it. */
async function writePortable(
  stamp: BuildStamp,
  output: string,
): Promise<number> {
  const payload = (name: string): Promise<string> =>
    bundle(`tools/build/payload/${name}.ts`, CHECKOUT);
  const scripts = [
    ...await splitProgram(CHECKOUT, LAYOUTS, stamp),
    { name: "prelink.js", text: await payload("prelink_runtime") },
    { name: "warm_up.js", text: await payload("warm_up") },
  ];
  const executable = await portableExecutable({
    unpack: await Deno.readTextFile(`${CHECKOUT}tools/build/unpack.sh`),
    program: await compressedDeno(),
    scripts,
    gzip: compressed,
    rootBase: `${DEFAULT_ROOTS.root}/runtime`,
    version: VERSION,
    denoVersion: Deno.version.deno,
    arch: Deno.build.arch,
  });
  await Deno.writeFile(output, executable);
  await Deno.chmod(output, 0o755);
  return scripts.reduce((size, { text }) => size + text.length, 0);
}

/** Writes the compiled program; tells the size of its bundle. */
async function writeCompiled(
  stamp: BuildStamp,
  output: string,
): Promise<number> {
  const path = `${WORK}/main.js`;
  const script = stampLine(stamp) + await bundle("main.ts", CHECKOUT);
  await Deno.writeTextFile(path, script);
  await compile(path, output);
  return script.length;
}

async function build(form: Form, output: string): Promise<void> {
  await Deno.mkdir(WORK, { recursive: true });
  const stamp: BuildStamp = {
    kind: form === "compile" ? "compiled" : "portable",
    commit: await currentCommit(),
  };
  const write = form === "compile" ? writeCompiled : writePortable;
  const unfinished = `${output}.new-${Deno.pid}`;
  let program: number;
  try {
    program = await write(stamp, unfinished);
    await Deno.rename(unfinished, output);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {}); // it may not be there yet
    throw error;
  }
  const { size } = await Deno.stat(output);
  const megabytes = (size / 1e6).toFixed(1);
  console.error(
    `${output}: ${stamp.kind}, ${megabytes} MB, program ${program} bytes`,
  );
}

if (import.meta.main) {
  const flags = Deno.args.filter((word) => word.startsWith("--"));
  const output = Deno.args.find((word) => !word.startsWith("--"));
  const form = requestedForm(
    flags[0]?.slice(2) ?? Deno.env.get("TSDOCKER_BUILD"),
  );
  await build(form ?? await possibleForm(), output ?? `${CHECKOUT}tsdocker`);
}
