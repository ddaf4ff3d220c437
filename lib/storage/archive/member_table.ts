/**
 * The files of an archive by name, links among them. An archive may be
 * hostile: names have bounds, and links lead to other files of it or nowhere.
 *
 * @module
 */
import { IntegrityError } from "../../base/errors.ts";
import { type ByteString, printable } from "../tar/byte_string.ts";
import type { TarEntry } from "../tar/entry.ts";
import {
  lastComponent,
  normalizeName,
  parentName,
  ROOT_NAME,
} from "../tar/names.ts";
import type { ImageFile } from "./image_files.ts";

/** Images have a few hundred files. */
const MAX_MEMBERS = 20_000;
/** The names of theirs are digests. */
const MAX_NAME_BYTES = 1024;
const MAX_LINKS = 8;

type Member = ImageFile | { readonly link: ByteString };

/** Files by name. */
export class MemberTable {
  readonly #label: string;
  readonly #members = new Map<ByteString, Member>();

  /** @param label What messages call the archive. */
  constructor(label: string) {
    this.#label = label;
  }

  /**
   * Adds what an entry is; of two with one name the later wins.
   *
   * @param take Says where the content of a regular file is.
   * @throws {IntegrityError} If the entry has no place in an archive of images.
   */
  async add(
    entry: TarEntry,
    take: () => ImageFile | Promise<ImageFile>,
  ): Promise<void> {
    const name = this.#checkedName(entry);
    if (entry.type === "directory") return;
    if (entry.type === "file") {
      if (entry.extents !== undefined) throw this.#refusal(entry, "is sparse");
      this.#members.set(name, await take());
    } else if (entry.type === "symbolic-link") {
      const isAbsolute = entry.linkName.startsWith("/");
      const base = isAbsolute ? ROOT_NAME : parentName(name);
      this.#addLink(name, resolveDots(base, entry.linkName));
    } else if (entry.type === "hard-link") {
      this.#addLink(name, normalizeName(entry.linkName));
    } else throw this.#refusal(entry, "is a device or a fifo");
    if (this.#members.size <= MAX_MEMBERS) return;
    throw new IntegrityError(
      `Cannot load "${this.#label}": it has more than ${MAX_MEMBERS} files`,
    );
  }

  /** As of {@linkcode ImageFiles.find}. */
  find(name: string): ImageFile | undefined {
    let at = normalizeName(name as ByteString);
    for (let links = 0; links <= MAX_LINKS && at !== undefined; links++) {
      const member = this.#members.get(at) ?? this.#beneathLink(at);
      if (member === undefined || !("link" in member)) return member;
      at = member.link;
    }
    return undefined;
  }

  /** Where a directory is a link, what is in it is in what that leads to. */
  #beneathLink(name: ByteString): Member | undefined {
    const member = this.#members.get(parentName(name));
    if (member === undefined || !("link" in member)) return undefined;
    return { link: `${member.link}/${lastComponent(name)}` as ByteString };
  }

  /** A link out of the archive leads to nothing. */
  #addLink(name: ByteString, link: ByteString | undefined): void {
    if (link === undefined) this.#members.delete(name);
    else this.#members.set(name, { link });
  }

  #checkedName(entry: TarEntry): ByteString {
    const { name, linkName } = entry;
    if (name.length > MAX_NAME_BYTES || linkName.length > MAX_NAME_BYTES) {
      throw this.#refusal(entry, "has an absurdly long name");
    }
    const normalized = normalizeName(name);
    if (normalized !== undefined) return normalized;
    throw this.#refusal(entry, 'contains ".."');
  }

  #refusal({ name }: TarEntry, why: string): IntegrityError {
    return new IntegrityError(
      `Cannot load "${this.#label}": ${printable(name)} ${why}`,
    );
  }
}

/** `undefined` if it leads out. */
function resolveDots(
  base: ByteString,
  target: ByteString,
): ByteString | undefined {
  const path = base === ROOT_NAME ? [] : base.split("/");
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") path.push(part);
    else if (path.pop() === undefined) return undefined;
  }
  return path.join("/") as ByteString;
}
