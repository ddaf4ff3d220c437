/**
 * Which ids of the host a container's ids are, for the choices that leave it to
 * tsdocker. Pure: what the host and other containers have is passed in.
 *
 * @module
 * @see user_namespaces(7), subuid(5)
 */
import { HostError } from "../base/errors.ts";
import type { IdMapping } from "../oci/runtime_spec.ts";
import type { IdMappings, UserNamespaceChoice } from "./id_mapping.ts";

/** Consecutive ids. */
export interface IdRange {
  readonly first: number;
  readonly size: number;
}

/** Something for both kinds of ids. */
export interface ByKind<T> {
  readonly uid: T;
  readonly gid: T;
}

/** What the choice does not say. */
export interface IdSituation {
  /** Whose ids `keep-id` keeps. */
  readonly invoker: ByKind<number>;
  /** Ids of the host that are not to be given away. */
  readonly taken: ByKind<readonly IdRange[]>;
  /** Ids set aside for containers; none: a range far above users' ids is. */
  readonly subordinate: ByKind<readonly IdRange[]>;
  /** Ids that there are in tsdocker's own user namespace. */
  readonly existing: ByKind<readonly IdRange[]>;
}

/** Where ids are looked for if none are set aside, far above those of users. */
const DEFAULT_RANGE: IdRange = { first: 1_879_048_192, size: 268_435_456 };
/** As many as images use: up to `nogroup` and `nobody`. */
const DEFAULT_SIZE = 65_536;

const KINDS = ["uid", "gid"] as const;
type Kind = typeof KINDS[number];

/**
 * Decides the ids of a container's user namespace.
 *
 * @returns `undefined` if it has none of its own.
 * @throws {HostError} If too few ids are free, or ids do not exist here.
 * @example A second container gets other ids
 * ```ts
 * import assert from "node:assert/strict";
 * const none = { uid: [], gid: [] };
 * const all = [{ first: 0, size: 4_294_967_295 }];
 * const taken = [{ first: 1_879_048_192, size: 65_536 }];
 * const mappings = resolveUserNamespace({ kind: "auto" }, {
 *   invoker: { uid: 0, gid: 0 },
 *   taken: { uid: taken, gid: taken },
 *   subordinate: none,
 *   existing: { uid: all, gid: all },
 * });
 * assert.deepEqual(mappings?.uid, [
 *   { containerID: 0, hostID: 1_879_113_728, size: 65_536 },
 * ]);
 * ```
 */
export function resolveUserNamespace(
  choice: UserNamespaceChoice,
  situation: IdSituation,
): IdMappings | undefined {
  if (choice.kind === "host") return undefined;
  const [uid = [], gid = []] = KINDS.map((kind) => {
    const mappings = choice.kind === "mapped"
      ? choice[kind]
      : choice.kind === "auto"
      ? [autoMapping(kind, choice.size ?? DEFAULT_SIZE, situation)]
      : keepMappings(kind, situation);
    for (const mapping of mappings) {
      assertExists(kind, mapping, situation.existing[kind]);
    }
    return mappings;
  });
  return { uid, gid };
}

function autoMapping(
  kind: Kind,
  size: number,
  situation: IdSituation,
): IdMapping {
  const taken = situation.taken[kind];
  const hostID = findFree(kind, size, { ...situation, taken });
  return { containerID: 0, hostID, size };
}

/** The invoker's id is itself; those around it come from a range of their own. */
function keepMappings(kind: Kind, situation: IdSituation): IdMapping[] {
  const kept = situation.invoker[kind];
  const taken = [...situation.taken[kind], { first: kept, size: 1 }];
  const start = findFree(kind, DEFAULT_SIZE, { ...situation, taken });
  const below = Math.min(kept, DEFAULT_SIZE);
  return [
    { containerID: 0, hostID: start, size: below },
    { containerID: kept, hostID: kept, size: 1 },
    {
      containerID: kept + 1,
      hostID: start + kept,
      size: Math.max(0, DEFAULT_SIZE - kept - 1),
    },
  ].filter(({ size }) => size > 0);
}

/** The lowest free range of a size. */
function findFree(
  kind: Kind,
  size: number,
  { subordinate, taken }: Pick<IdSituation, "subordinate"> & {
    readonly taken: readonly IdRange[];
  },
): number {
  const aside = subordinate[kind];
  for (const range of aside.length === 0 ? [DEFAULT_RANGE] : aside) {
    const ends = taken.map(({ first, size }) => first + size);
    const found = [range.first, ...ends].sort((a, b) => a - b).find((first) =>
      isWithin({ first, size }, range) &&
      !taken.some((other) => overlap({ first, size }, other))
    );
    if (found !== undefined) return found;
  }
  const where = aside.length === 0
    ? formatRange(DEFAULT_RANGE)
    : `those of "${SUBORDINATE_USER}" in /etc/sub${kind}`;
  throw new HostError(
    `Cannot find ${size} free ${kind}s for the container: other containers have too many of ${where}`,
    { advice: "remove containers, or --userns auto:size=N with a smaller N" },
  );
}

/** Ids that tsdocker has not got itself cannot be given away. */
function assertExists(
  kind: Kind,
  { hostID, size }: IdMapping,
  existing: readonly IdRange[],
): void {
  const range = { first: hostID, size };
  if (existing.some((known) => isWithin(range, known))) return;
  const known = existing.map(formatRange).join(", ");
  throw new HostError(
    `Cannot give the container the ${kind}s ${
      formatRange(range)
    }: tsdocker itself is in a user namespace that only has ${known}`,
    { advice: `--${kind}map CONTAINER:HOST:SIZE with host ids that it has` },
  );
}

function isWithin(inner: IdRange, outer: IdRange): boolean {
  return inner.first >= outer.first &&
    inner.first + inner.size <= outer.first + outer.size;
}

function overlap(a: IdRange, b: IdRange): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

function formatRange({ first, size }: IdRange): string {
  return `${first}-${first + size - 1}`;
}

/** Whose ids in /etc/subuid and /etc/subgid are set aside for containers. */
const SUBORDINATE_USER = "containers";

/**
 * Ids set aside for containers by `/etc/subuid` or `/etc/subgid`.
 *
 * @param text The file: `NAME:FIRST:COUNT` in each line.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   parseSubordinate("me:100000:65536\ncontainers:200000:1048576\n"),
 *   [{ first: 200_000, size: 1_048_576 }],
 * );
 * ```
 */
export function parseSubordinate(text: string): IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [name, first = "", size = ""] = line.trim().split(":");
    return name === SUBORDINATE_USER && isNumber(first) && isNumber(size)
      ? [{ first: Number(first), size: Number(size) }]
      : [];
  });
}

/**
 * Ids that exist in a user namespace.
 *
 * @param text Its `uid_map` or `gid_map`, as a process inside reads it.
 */
export function parseOwnMap(text: string): IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [first, , size] = line.trim().split(/\s+/);
    return first !== undefined && size !== undefined
      ? [{ first: Number(first), size: Number(size) }]
      : [];
  });
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
