/**
 * The keys and values of `--mount`: which there are, and which type has them.
 *
 * @module
 * @see docs.docker.com/engine/storage/bind-mounts, "Options for --mount"
 */
import type { UsageError } from "../../base/errors.ts";
import { invalidArgument } from "../invalid_argument.ts";
import { commaFields } from "./comma_fields.ts";

/** What can be mounted. */
export const MOUNT_TYPES = ["bind", "volume", "tmpfs", "image"] as const;
/** One of {@linkcode MOUNT_TYPES}. */
export type MountType = typeof MOUNT_TYPES[number];

/** Other spellings of keys. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["src", "source"],
  ["dst", "target"],
  ["destination", "target"],
  ["ro", "readonly"],
  ["u", "chown"],
  ["subpath", "volume-subpath"],
]);

/** Keys that every type has. */
const COMMON = ["type", "source", "target", "readonly", "consistency"];

/** Further keys by type. */
const KEYS: Readonly<Record<MountType, readonly string[]>> = {
  bind: [
    "bind-propagation",
    "bind-nonrecursive",
    "bind-recursive",
    "bind-create-src",
    "chown",
    "idmap",
    "relabel",
  ],
  volume: [
    "volume-nocopy",
    "volume-label",
    "volume-driver",
    "volume-subpath",
    "chown",
    "idmap",
  ],
  tmpfs: ["tmpfs-size", "tmpfs-mode"],
  image: [],
};

/** Keys that may stand alone. */
const SWITCHES: ReadonlySet<string> = new Set([
  "readonly",
  "bind-nonrecursive",
  "bind-create-src",
  "volume-nocopy",
  "chown",
  "idmap",
]);

const TRUE = /^(?:1|t|true)$/i;
const FALSE = /^(?:0|f|false)$/i;

/** Values by key, the last of each, and all labels. */
export class MountFields {
  readonly #text: string;
  readonly #values = new Map<string, string>();
  /** Of the volume, by name. */
  readonly labels: Record<string, string> = {};

  /** @throws {UsageError} If it is malformed, or has an unknown key. */
  constructor(text: string) {
    this.#text = text;
    const fields = commaFields(text);
    if (fields === undefined) throw this.fail("a quote is in a wrong place");
    for (const field of fields) this.#add(field);
  }

  #add(field: string): void {
    const [name = "", value] = field.split(/=(.*)/s);
    const lower = name.trim().toLowerCase();
    const key = ALIASES.get(lower) ?? lower;
    if (value === undefined && !SWITCHES.has(key)) {
      throw this.fail(`invalid field '${field}' must be a key=value pair`);
    }
    const known = [...COMMON, ...MOUNT_TYPES.flatMap((type) => KEYS[type])];
    if (!known.includes(key)) {
      throw this.fail(`unexpected key '${name}' in '${field}'`);
    }
    if (key === "volume-label") {
      const [label = "", content = ""] = (value ?? "").split(/=(.*)/s);
      this.labels[label] = content;
    }
    this.#values.set(key, value ?? "true");
  }

  /** @returns `undefined` if it is absent or empty. */
  get(key: string): string | undefined {
    return this.#values.get(key) || undefined;
  }

  /** @throws {UsageError} If it is neither true nor false. */
  isSet(key: string): boolean {
    const value = this.#values.get(key) ?? "false";
    if (TRUE.test(value)) return true;
    if (FALSE.test(value)) return false;
    throw this.fail(`invalid value for ${key}: ${value}`);
  }

  /** @throws {UsageError} If a key is one of another type. */
  checkKeys(type: MountType): void {
    for (const key of this.#values.keys()) {
      if (COMMON.includes(key) || KEYS[type].includes(key)) continue;
      throw this.fail(`cannot mix '${key}' with mount type '${type}'`);
    }
  }

  /** The error about the whole flag; it is not thrown. */
  fail(why: string, details: { advice?: string } = {}): UsageError {
    return invalidArgument("--mount", this.#text, { why, ...details });
  }
}
