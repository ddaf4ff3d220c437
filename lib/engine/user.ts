/**
 * Users and groups by the image's own `/etc/passwd` and `/etc/group`.
 *
 * @module
 * @see passwd(5), group(5)
 */
import { UsageError } from "../base/errors.ts";
import type { User } from "../oci/runtime_spec.ts";

/** The image's files; `undefined` where the image has none. */
export interface UserDatabase {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
}

/** A user inside the container. */
export interface ResolvedUser {
  readonly user: User;
  /** Home directory; `/` for a user the image does not know. */
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 0xffff_fffe;

/**
 * Finds a user.
 *
 * A numeric user need not be in the image. Supplementary groups come from the
 * image, unless a group was given; what is asked for comes on top. The user's
 * own group is always among them, the first, as with docker.
 *
 * @param text `NAME|UID[:GROUP|GID]`; empty means root.
 * @param groupAdd Names or numbers of further groups.
 * @throws {UsageError} If a name is not in the image, or a number is too large.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const database = {
 *   passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv:/bin/sh\n",
 *   group: "root:x:0:\nweb:x:33:\nlogs:x:4:web\n",
 * };
 * assert.deepEqual(resolveUser("web", database), {
 *   user: { uid: 33, gid: 33, additionalGids: [33, 4] },
 *   home: "/srv",
 * });
 * ```
 */
export function resolveUser(
  text: string,
  database: UserDatabase,
  groupAdd: readonly string[] = [],
): ResolvedUser {
  const colon = text.indexOf(":");
  const userText = colon < 0 ? text : text.slice(0, colon);
  const groupText = colon < 0 ? "" : text.slice(colon + 1);
  const entry = findUser(userText || "0", parsePasswd(database.passwd));
  const groups = parseGroup(database.group);
  const gid = groupText === "" ? entry.gid : findGroup(groupText, groups);
  const additionalGids = new Set([
    // A program with another group of its own must not lose the user's: what is
    // closed to that group would open.
    gid,
    ...(groupText === "" ? memberships(entry, groups) : []),
    ...groupAdd.map((text) => findGroup(text, groups)),
  ]);
  return {
    user: { uid: entry.uid, gid, additionalGids: [...additionalGids] },
    home: entry.home,
  };
}

function findUser(text: string, entries: readonly PasswdEntry[]): PasswdEntry {
  const named = entries.find((entry) => entry.name === text);
  if (named !== undefined) return named;
  const uid = parseId(text, "user");
  if (uid === undefined) {
    throw new UsageError(
      `unable to find user ${text}: no matching entries in passwd file`,
      { advice: "a name from the image's /etc/passwd, or a number" },
    );
  }
  return entries.find((entry) => entry.uid === uid) ??
    { name: "", uid, gid: 0, home: "/" };
}

function findGroup(text: string, entries: readonly GroupEntry[]): number {
  const named = entries.find((entry) => entry.name === text);
  if (named !== undefined) return named.gid;
  const gid = parseId(text, "group");
  if (gid === undefined) {
    throw new UsageError(
      `unable to find group ${text}: no matching entries in group file`,
      { advice: "a name from the image's /etc/group, or a number" },
    );
  }
  return gid;
}

function memberships(
  user: PasswdEntry,
  groups: readonly GroupEntry[],
): number[] {
  if (user.name === "") return [];
  return groups
    .filter((group) => group.members.includes(user.name))
    .map((group) => group.gid);
}

function parseId(text: string, what: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id <= MAX_ID) return id;
  throw new UsageError(`invalid ${what} "${text}": it is above ${MAX_ID}`);
}

function parsePasswd(text: string | undefined): PasswdEntry[] {
  return lines(text).flatMap(([name, , uid, gid, , home]) =>
    name && isId(uid) && isId(gid)
      ? [{ name, uid: Number(uid), gid: Number(gid), home: home || "/" }]
      : []
  );
}

function parseGroup(text: string | undefined): GroupEntry[] {
  return lines(text).flatMap(([name, , gid, members]) =>
    name && isId(gid)
      ? [{ name, gid: Number(gid), members: (members ?? "").split(",") }]
      : []
  );
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= MAX_ID;
}

function lines(text: string | undefined): string[][] {
  return (text ?? "").split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}
