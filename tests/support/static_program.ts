/**
 * Programs in C that tests run inside containers: static, so that they need
 * nothing of an image, and compiled once for all tests of a file.
 *
 * @module
 */
import { missingCompiler as missingFor } from "./c_compiler.ts";

/** Where a program comes from. */
export interface StaticSource {
  /** Its source below `tests/fixtures`. */
  readonly source: string;
  /** A variable that names it ready-made, for a guest without a compiler. */
  readonly variable: string;
}

/** A program that can be had, or not. */
export interface StaticProgram {
  /** What is missing to have it; `undefined` if nothing is. */
  missing(): string | undefined;
  /** An executable. */
  build(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A program, compiled when it is first asked for. */
export function staticProgram(
  { source, variable }: StaticSource,
): StaticProgram {
  const ready = Deno.env.get(variable);
  let built: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return {
    missing: () =>
      ready === undefined
        ? missingFor(Deno.build.arch === "x86_64" ? "x86_64" : "aarch64")
        : undefined,
    build: () =>
      built ??= ready === undefined ? compile(source) : Deno.readFile(ready),
  };
}

async function compile(source: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = new URL(`../fixtures/${source}`, import.meta.url).pathname;
  const directory = await Deno.makeTempDir();
  try {
    const program = `${directory}/program`;
    const { success, stderr } = await new Deno.Command("gcc", {
      args: ["-static", "-O1", "-o", program, decodeURIComponent(path)],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readFile(program);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
