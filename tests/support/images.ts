/**
 * The test image in other forms, and with other files in it.
 *
 * @module
 */
import { IMAGE } from "./cli.ts";

/** A file to add to an image: its text or bytes, executable for all. */
export type ImageFiles = Readonly<Record<string, string | Uint8Array>>;

/**
 * Unpacks the test image with tar(1), and adds files.
 *
 * @param directory Where to; made.
 * @param files By path inside the image.
 * @returns The directory, which can be run as an image.
 */
export async function unpackImage(
  directory: string,
  files: ImageFiles = {},
): Promise<string> {
  await Deno.mkdir(directory, { recursive: true });
  await output("tar", "-xf", IMAGE, "-C", directory);
  for (const [path, content] of Object.entries(files)) {
    const target = `${directory}/${path}`;
    if (typeof content === "string") await Deno.writeTextFile(target, content);
    else await Deno.writeFile(target, content);
    await Deno.chmod(target, 0o755);
  }
  return directory;
}

/** Packs a directory with tar(1) into a file. */
export async function packImage(
  directory: string,
  file: string,
): Promise<void> {
  await output("tar", "-cf", file, "-C", directory, ".");
}

/** The programs that compress a tar file, by the ending they give it. */
export const COMPRESSORS: Readonly<Record<string, string>> = {
  gz: "gzip",
  xz: "xz",
  zst: "zstd",
};

/** Compresses a file with a program that writes to its standard output. */
export async function compress(
  program: string,
  source: string,
  target: string,
): Promise<void> {
  await Deno.writeFile(target, await output(program, "-c", "-q", source));
}

/** Whether a program is installed. */
export async function isInstalled(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v "$0"`, program],
    stdout: "null",
  }).output();
  return success;
}

async function output(
  program: string,
  ...args: string[]
): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  if (success) return stdout;
  throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
