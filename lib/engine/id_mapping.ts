/**
 * `--userns`, `--uidmap` and `--gidmap`: which ids of the host a container's
 * own ids are. Read here; ids for `auto` and `keep-id` are found at creation.
 *
 * @module
 * @see user_namespaces(7), "User and group ID mappings"
 */
import { UsageError } from "../base/errors.ts";
import type { IdMapping } from "../oci/runtime_spec.ts";

/** The ids of a container's user namespace. */
export interface IdMappings {
  readonly uid: readonly IdMapping[];
  readonly gid: readonly IdMapping[];
}

/** The user namespace asked for. */
export type UserNamespaceChoice =
  /** The one tsdocker is in. */
  | { readonly kind: "host" }
  /** Ids nobody else has, as many as `size` or as the image needs. */
  | { readonly kind: "auto"; readonly size?: number }
  /** The caller's own ids are the same inside. */
  | { readonly kind: "keep-id" }
  /** Ids as given. */
  | { readonly kind: "mapped" } & IdMappings;

/** The options that choose one, as written. */
export interface UserNamespaceOptions {
  readonly userns?: string;
  readonly uidmaps: readonly string[];
  readonly gidmaps: readonly string[];
}

/** The last id; the one above means "no id" to the kernel. */
const MAX_ID = 0xffff_fffe;

/** The kernel takes no more lines. */
const MAX_MAPPINGS = 340;

/**
 * Reads the choice of a user namespace.
 *
 * @throws {UsageError} If it is malformed, or ranges overlap.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const mapping = { containerID: 0, hostID: 100000, size: 65536 };
 * assert.deepEqual(
 *   parseUserNamespace({ uidmaps: ["0:100000:65536"], gidmaps: [] }),
 *   { kind: "mapped", uid: [mapping], gid: [mapping] },
 * );
 * ```
 */
export function parseUserNamespace(
  { userns, uidmaps, gidmaps }: UserNamespaceOptions,
): UserNamespaceChoice {
  if (uidmaps.length === 0 && gidmaps.length === 0) return parseMode(userns);
  if (userns !== undefined && userns !== "") {
    throw new UsageError(
      "conflicting options: --userns and --uidmap or --gidmap",
      { advice: "--userns alone, or the ids alone" },
    );
  }
  const uid = parseMappings("uidmap", uidmaps);
  const gid = parseMappings("gidmap", gidmaps);
  return {
    kind: "mapped",
    uid: uid.length === 0 ? gid : uid,
    gid: gid.length === 0 ? uid : gid,
  };
}

function parseMode(text: string | undefined): UserNamespaceChoice {
  if (text === undefined || text === "" || text === "host") {
    return { kind: "host" };
  }
  if (text === "auto" || text === "keep-id") return { kind: text };
  const size = /^auto:size=(\d+)$/.exec(text)?.[1];
  if (size !== undefined && Number(size) >= 1 && Number(size) <= MAX_ID) {
    return { kind: "auto", size: Number(size) };
  }
  throw new UsageError(`--userns: invalid USER mode "${text}"`, {
    advice: "host, auto, auto:size=N or keep-id",
  });
}

function parseMappings(flag: string, texts: readonly string[]): IdMapping[] {
  const mappings = texts.map((text) => parseIdMapping(flag, text));
  if (mappings.length > MAX_MAPPINGS) {
    throw new UsageError(
      `invalid --${flag}: the kernel takes ${MAX_MAPPINGS} ranges at most`,
    );
  }
  for (const side of ["containerID", "hostID"] as const) {
    assertDisjoint(flag, mappings, side);
  }
  return mappings;
}

function parseIdMapping(flag: string, text: string): IdMapping {
  const numbers = text.split(":").map((part) =>
    /^\d{1,10}$/.test(part) ? Number(part) : NaN
  );
  const [containerID = NaN, hostID = NaN, size = NaN] = numbers;
  const last = Math.max(containerID, hostID) + size - 1;
  if (numbers.length === 3 && size >= 1 && last <= MAX_ID) {
    return { containerID, hostID, size };
  }
  throw new UsageError(
    `invalid --${flag} "${text}": ${
      size < 1
        ? "the range is empty"
        : last > MAX_ID
        ? `ids end at ${MAX_ID}`
        : "it is not CONTAINER:HOST:SIZE"
    }`,
  );
}

/** The kernel refuses overlapping ranges with nothing but EINVAL. */
function assertDisjoint(
  flag: string,
  mappings: readonly IdMapping[],
  side: "containerID" | "hostID",
): void {
  const sorted = mappings.toSorted((a, b) => a[side] - b[side]);
  for (const [index, mapping] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || mapping[side] + mapping.size <= next[side]) {
      continue;
    }
    const where = side === "hostID" ? "on the host" : "in the container";
    throw new UsageError(
      `invalid --${flag}: ranges overlap at id ${next[side]} ${where}`,
    );
  }
}
