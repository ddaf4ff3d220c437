/**
 * The attack on /proc/self/exe, compiled once for all.
 *
 * @module
 */
import { missingCompiler as missingFor } from "./c_compiler.ts";

const SOURCE = decodeURIComponent(
  new URL("../fixtures/proc_exe/attack.c", import.meta.url).pathname,
);

const FLAGS = [
  ...["-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector"],
  // Where no program that it is the loader of can be.
  ...["-O1", "-no-pie", "-fno-pie", "-Wl,-Ttext-segment=0x10000000"],
];

/** Where a guest without a compiler finds it ready-made. */
const READY = Deno.env.get("TSDOCKER_TEST_ATTACK");

let built: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** What is missing to have the attack; `undefined` if nothing is. */
export function missingCompiler(): string | undefined {
  return READY === undefined ? missingFor(Deno.build.arch) : undefined;
}

/** The attack, a static executable that can be a loader as well. */
export function buildAttack(): Promise<Uint8Array<ArrayBuffer>> {
  return built ??= READY === undefined ? compile() : Deno.readFile(READY);
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const directory = await Deno.makeTempDir();
  try {
    const program = `${directory}/attack`;
    const { success, stderr } = await new Deno.Command("gcc", {
      args: [...FLAGS, "-o", program, SOURCE],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readFile(program);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
