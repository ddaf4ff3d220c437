/**
 * Prelinks an executable on disk, and tries it out before it counts.
 *
 * @module
 */
import { prelink } from "./prelink.ts";

/** How long a Deno that ends at once may take. */
const TRIAL_MS = 10_000;

/** Loads modules, has another thread work, and leads through native code. */
const TRIAL_SCRIPT = `
const { gunzipSync, gzipSync } = await import("node:zlib");
await Deno.stat("/");
console.log(gunzipSync(gzipSync(JSON.stringify(Deno.version))).toString());
`;

const TRIALS: readonly (readonly string[])[] = [
  ["--version"],
  ["eval", "--no-config", "--no-lock", TRIAL_SCRIPT],
];

/**
 * Replaces a Deno by a prelinked one that does the same in its trials. It may
 * be running: those who have started keep the old one.
 *
 * @param path Of the executable; there must be room beside it.
 * @param base Where it is to be in memory.
 * @throws {Error} If that cannot be done; the file is then as it was, and
 * nothing is left beside it.
 */
export async function prelinkFile(path: string, base: number): Promise<void> {
  const result = `${path}.prelinked`;
  try {
    writePrelinked(path, { result, base });
    const [before, after] = await Promise.all([answers(path), answers(result)]);
    if (before !== after) throw new Error(`"${result}" says "${after}"`);
    await Deno.rename(result, path);
  } catch (cause) {
    await Deno.remove(result).catch(() => {}); // it may not be there yet
    throw new Error(`Cannot prelink "${path}"`, { cause });
  }
}

function writePrelinked(
  path: string,
  { result, base }: { readonly result: string; readonly base: number },
): void {
  using source = Deno.openSync(path);
  const { size, mode } = source.statSync();
  const bytes = new Uint8Array(size);
  readWhole(source, bytes);
  prelink(bytes, base);
  const flags = { write: true, createNew: true, mode: 0o600 };
  using target = Deno.openSync(result, flags);
  writeWhole(target, bytes);
  Deno.chmodSync(result, (mode ?? 0o500) & 0o777);
}

/** `Deno.readFile()` would hold the file twice. */
function readWhole(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    const count = file.readSync(rest);
    if (count === null) throw new Error("The file has become shorter");
    rest = rest.subarray(count);
  }
}

/** `Deno.writeFile()` would hold the file twice. */
function writeWhole(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(file.writeSync(rest));
  }
}

/** What an executable says in its trials, which it must stand. */
async function answers(path: string): Promise<string> {
  const said = await Promise.all(TRIALS.map((args) => answer(path, args)));
  return said.join("\n");
}

async function answer(path: string, args: readonly string[]): Promise<string> {
  const { success, code, signal, stdout } = await new Deno.Command(path, {
    args: [...args],
    cwd: "/",
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(TRIAL_MS),
  }).output();
  if (!success) throw new Error(`"${path}" ends by ${signal ?? code}`);
  return new TextDecoder().decode(stdout);
}
