/**
 * The program that looks around inside a container, compiled once for all.
 *
 * @module
 */
import { missingCompiler as missingFor } from "./c_compiler.ts";

const SOURCE = decodeURIComponent(
  new URL("../fixtures/probe/probe.c", import.meta.url).pathname,
);

/** Where a guest without a compiler finds it ready-made. */
const READY = Deno.env.get("TSDOCKER_TEST_PROBE");

let built: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** What is missing to have the probe; `undefined` if nothing is. */
export function missingCompiler(): string | undefined {
  if (READY !== undefined) return undefined;
  const arch = Deno.build.arch === "x86_64" ? "x86_64" : "aarch64";
  return missingFor(arch);
}

/** The probe, a static executable. */
export function buildProbe(): Promise<Uint8Array<ArrayBuffer>> {
  return built ??= READY === undefined ? compile() : Deno.readFile(READY);
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const directory = await Deno.makeTempDir();
  try {
    const program = `${directory}/probe`;
    const { success, stderr } = await new Deno.Command("gcc", {
      args: ["-static", "-O1", "-o", program, SOURCE],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readFile(program);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
