/**
 * Images of other processors and systems, whose programs will not start here
 * unless something emulates them. On the start path.
 *
 * @module
 */
import type { Platform } from "../../oci/image_spec.ts";

/** What this machine runs, by the words of images. */
const NATIVE: Readonly<Record<typeof Deno.build.arch, readonly string[]>> = {
  x86_64: ["amd64", "386"],
  aarch64: ["arm64"],
};

/**
 * What the user should know of an image's platform.
 *
 * @returns Docker's words; `undefined` if it is that of this machine.
 */
export function foreignWarning(
  { os, architecture }: Platform,
  arch: typeof Deno.build.arch = Deno.build.arch,
): string | undefined {
  const native = NATIVE[arch];
  if (os === "linux" && native.includes(architecture)) return undefined;
  return `The requested image's platform (${os}/${architecture}) does not ` +
    `match the detected host platform (linux/${native[0]}) and no specific ` +
    "platform was requested";
}
