/**
 * Images of other processors and systems, whose programs will not start here
 * unless something emulates them. On the start path.
 *
 * @module
 */
import type { Platform } from "../../oci/image_spec.ts";
import { formatPlatform, hostPlatform, runsOn } from "../../oci/platform.ts";

/** What these processors run besides their own. */
const ALSO_RUN: ReadonlyMap<string, string> = new Map([["amd64", "386"]]);

/**
 * What the user should know of an image's platform.
 *
 * @returns Docker's words; `undefined` if it is that of this machine.
 */
export function foreignWarning(
  image: Platform,
  host: Platform = hostPlatform(),
): string | undefined {
  const { os, architecture } = host;
  const also = ALSO_RUN.get(architecture);
  const isNative = runsOn(image, host) ||
    image.os === os && image.architecture === also;
  if (isNative) return undefined;
  return `The requested image's platform (${formatPlatform(image)}) does not ` +
    `match the detected host platform (${os}/${architecture}) and no specific ` +
    "platform was requested";
}
