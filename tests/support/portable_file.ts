/**
 * Makes small portable executables for tests: the true starter, with a shell
 * script in place of Deno.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import {
  portableExecutable,
  type PortableFileText,
} from "../../tools/build/portable.ts";

const UNPACK = new URL("../../tools/build/unpack.sh", import.meta.url);

/** Tells how it was called; `--version` is how it is tried when it is unpacked. */
export const FAKE_DENO = `#!/bin/sh
[ "$1" = --version ] && exit 0
echo "0=$0"
for word; do echo "arg=$word"; done
echo "DENO_DIR=$DENO_DIR"
`;

/** What stands for the program; `later.js` takes more than one byte a letter. */
export const SCRIPTS: readonly PortableFileText[] = [
  { name: "main.js", text: "// the program\n" },
  { name: "exec.js", text: "// quicker\n" },
  { name: "monitor.js", text: "// quicker\n" },
  { name: "run.js", text: "// quicker\n" },
  { name: "detached.js", text: "// quicker\n" },
  { name: "later.js", text: "// pieces of it: µ\n" },
  { name: "empty.js", text: "" },
  { name: "prelink.js", text: "// settles addresses" },
  { name: "warm_up.js", text: "// compiles it" },
];

/** A way to end, and what was printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What may differ from one portable file to another. */
export interface PortableOptions {
  /** What stands for Deno. */
  readonly program?: string;
  /** What stands for the files of the program. */
  readonly scripts?: readonly PortableFileText[];
  /** Where root's copy goes by default. */
  readonly rootBase?: string;
}

/** The bytes of a portable executable. */
export async function portableBytes(
  options: PortableOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await portableExecutable({
    unpack: await Deno.readTextFile(UNPACK),
    program: gzip(new TextEncoder().encode(options.program ?? FAKE_DENO)),
    scripts: options.scripts ?? SCRIPTS,
    gzip: (bytes) => Promise.resolve(gzip(bytes)),
    rootBase: options.rootBase ?? "/nonexistent/runtime",
    version: "1.2.3",
    denoVersion: "4.5.6",
    arch: Deno.build.arch,
  });
}

function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}

/** A directory with an executable in it, both gone when disposed of. */
export class PortableFile implements AsyncDisposable {
  private constructor(readonly directory: string) {}

  /** Writes one into a new temporary directory. */
  static async make(options: PortableOptions = {}): Promise<PortableFile> {
    const file = new PortableFile(await Deno.makeTempDir());
    await Deno.chmod(file.directory, 0o755);
    const bytes = await portableBytes(options);
    await Deno.writeFile(file.path, bytes, { mode: 0o755 });
    return file;
  }

  /** The executable. */
  get path(): string {
    return `${this.directory}/tsdocker`;
  }

  /** Where it is told to unpack. */
  get base(): string {
    return `${this.directory}/runtime`;
  }

  /** The directory named by the digest; there must be one. */
  async unpacked(): Promise<string> {
    const names = await this.names();
    const found = names.find((name) => /^[0-9a-f]{64}$/.test(name));
    if (found !== undefined) return `${this.base}/${found}`;
    throw new Error(`Nothing is unpacked in "${this.base}"`);
  }

  /** Names in the base directory, the lock aside. */
  async names(): Promise<string[]> {
    return (await namesIn(this.base)).filter((name) => name !== "lock");
  }

  /** Runs it, with TSDOCKER_RUNTIME_DIR unless `env` says otherwise. */
  async run(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    wrapper: readonly string[] = [],
  ): Promise<Outcome> {
    const [program = this.path, ...rest] = [...wrapper, this.path, ...args];
    return await outcomeOf(program, rest, {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      TSDOCKER_RUNTIME_DIR: this.base,
      ...env,
    });
  }

  /** Runs the script that unpacks it in a shell, as the starter would. */
  async unpackIn(
    [shell, ...flags]: readonly [string, ...string[]],
    args: readonly string[] = [],
  ): Promise<Outcome> {
    const text = new TextDecoder().decode(await Deno.readFile(this.path));
    const [, digest = ""] = /\0([0-9a-f]{64})\0/.exec(text) ?? [];
    const [script = ""] = /# tsdocker 1\.2\.3 [^\0]*/.exec(text) ?? [];
    const directory = `${this.base}/${digest}`;
    const words = [this.path, `${directory}/tsdocker`, ...args];
    return await outcomeOf(shell, [...flags, "-c", script, ...words], {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      DENO_DIR: `${directory}/cache`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** The names in a directory, sorted. */
export async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

/** Runs a program in nothing but the given environment. */
export async function outcomeOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const command = new Deno.Command(program, {
    args: [...args],
    env,
    clearEnv: true,
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
