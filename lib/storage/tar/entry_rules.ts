/**
 * What an archive may not hold: names that lead elsewhere, and what overlay
 * file systems would obey.
 *
 * They give a meaning to some attributes and to character device 0:0, which
 * would let an archive hide or redirect files of the layers below.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import { type ByteString, printable } from "./byte_string.ts";
import type { TarEntry } from "./entry.ts";
import { normalizeName } from "./names.ts";
import { findOverlayXattr } from "./xattrs.ts";

/** Longest path the kernel takes, with its NUL. */
const PATH_MAX = 4096;

/** The rules for one archive. */
export class EntryRules {
  readonly #label: string;

  /** @param label What messages call the archive. */
  constructor(label: string) {
    this.#label = label;
  }

  /**
   * The name without what leads nowhere, such as `./`.
   *
   * @throws {IntegrityError} If it leads out of the root, or is too long.
   */
  safeName(name: ByteString, entry: TarEntry): ByteString {
    const normalized = normalizeName(name);
    if (normalized === undefined) {
      throw this.refusal(entry, `${printable(name)} contains ".."`);
    }
    this.#assertShort(normalized, entry);
    return normalized;
  }

  /** @throws {IntegrityError} If nothing can be such a symbolic link. */
  assertLinkable(entry: TarEntry): void {
    if (entry.linkName === "") {
      throw this.refusal(entry, "it is a symbolic link to nothing");
    }
    this.#assertShort(entry.linkName, entry);
  }

  #assertShort(name: ByteString, entry: TarEntry): void {
    if (name.length < PATH_MAX) return;
    throw this.refusal(entry, `a name of ${name.length} bytes is too long`);
  }

  /** @throws {IntegrityError} If overlayfs would obey it. */
  refuseOverlayMarks(entry: TarEntry): void {
    const { major, minor } = entry.device;
    if (entry.type === "character-device" && major === 0 && minor === 0) {
      throw this.refusal(entry, "it is a whiteout of an overlay file system");
    }
    if (entry.xattrs.size === 0) return;
    const xattr = findOverlayXattr(entry.xattrs);
    if (xattr === undefined) return;
    const quoted = printable(xattr);
    throw this.refusal(entry, `its attribute ${quoted} belongs to overlayfs`);
  }

  /** The error about an entry; it is not thrown. */
  refusal(entry: TarEntry, reason: string): IntegrityError {
    return new IntegrityError(
      `Cannot unpack ${printable(entry.name)} from "${this.#label}": ${reason}`,
    );
  }
}
