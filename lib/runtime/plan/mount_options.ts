/**
 * Mount options as mount(8) and the runtime specification spell them.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Linux mount options"
 */
import { MOUNT, MOUNT_ATTR } from "../../../ffi/constants/mount.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { Symbolic } from "../../../ffi/record.ts";

/** Options sorted by who understands them. */
export interface MountOptions {
  /** Whether it is a bind mount, and of one mount or a whole tree. */
  readonly bind: "no" | "one" | "tree";
  /** Flags of mount(2) for a new file system. */
  readonly flags: Symbolic;
  /** Attributes of the one mount, for mount_setattr(2). */
  readonly attributes: Symbolic;
  /** Attributes of the mount and of all mounts below it. */
  readonly recursiveAttributes: Symbolic;
  /** Whether ids on disk are those of the container's user namespace. */
  readonly ids?: "container";
  /** Relative path of what of the source is bound; absent for all of it. */
  readonly subpath?: string;
  /** What the file system itself reads, joined by commas. */
  readonly data: string;
}

type FlagName = keyof typeof MOUNT;
type AttributeName = keyof typeof MOUNT_ATTR;

/** What options mean. They may have any name: only what is its own counts. */
type Options<Meaning> = Readonly<Record<string, Meaning>>;

/** Options that set a flag; the attribute is its mount_setattr(2) form. */
const SETTING: Options<{ flag: FlagName; attribute?: AttributeName }> = {
  ro: { flag: "MS_RDONLY", attribute: "MOUNT_ATTR_RDONLY" },
  nosuid: { flag: "MS_NOSUID", attribute: "MOUNT_ATTR_NOSUID" },
  nodev: { flag: "MS_NODEV", attribute: "MOUNT_ATTR_NODEV" },
  noexec: { flag: "MS_NOEXEC", attribute: "MOUNT_ATTR_NOEXEC" },
  noatime: { flag: "MS_NOATIME", attribute: "MOUNT_ATTR_NOATIME" },
  nodiratime: { flag: "MS_NODIRATIME", attribute: "MOUNT_ATTR_NODIRATIME" },
  strictatime: {
    flag: "MS_STRICTATIME",
    attribute: "MOUNT_ATTR_STRICTATIME",
  },
  nosymfollow: {
    flag: "MS_NOSYMFOLLOW",
    attribute: "MOUNT_ATTR_NOSYMFOLLOW",
  },
  relatime: { flag: "MS_RELATIME" },
  sync: { flag: "MS_SYNCHRONOUS" },
  dirsync: { flag: "MS_DIRSYNC" },
  lazytime: { flag: "MS_LAZYTIME" },
  silent: { flag: "MS_SILENT" },
};

/** Options that undo a flag set by an earlier one, by the flag they undo. */
const CLEARING: Options<FlagName | undefined> = {
  defaults: undefined,
  rw: "MS_RDONLY",
  suid: "MS_NOSUID",
  dev: "MS_NODEV",
  exec: "MS_NOEXEC",
  atime: "MS_NOATIME",
  diratime: "MS_NODIRATIME",
  norelatime: "MS_RELATIME",
  nostrictatime: "MS_STRICTATIME",
  symfollow: "MS_NOSYMFOLLOW",
  async: "MS_SYNCHRONOUS",
  nolazytime: "MS_LAZYTIME",
  loud: "MS_SILENT",
};

/** Options that hold for everything below as well. */
const RECURSIVE: Options<AttributeName> = {
  rro: "MOUNT_ATTR_RDONLY",
  rnosuid: "MOUNT_ATTR_NOSUID",
  rnodev: "MOUNT_ATTR_NODEV",
  rnoexec: "MOUNT_ATTR_NOEXEC",
  rnosymfollow: "MOUNT_ATTR_NOSYMFOLLOW",
};

/** As of docker: not of the specification, which knows no volumes. */
const SUBPATH = "subpath=";

/** What every mount of a container is anyway. */
const IMPLIED: ReadonlySet<string> = new Set(["private", "rprivate"]);

/**
 * Sorts mount options. A later option overrides an earlier one.
 *
 * @param options As in `mounts[].options` of a runtime specification.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const sorted = parseMountOptions(["rbind", "rro", "nosuid", "mode=755"]);
 * assert.equal(sorted.bind, "tree");
 * assert.equal(sorted.flags.text, "MS_NOSUID");
 * assert.equal(sorted.recursiveAttributes.text, "MOUNT_ATTR_RDONLY");
 * assert.equal(sorted.data, "mode=755");
 * ```
 */
export function parseMountOptions(options: readonly string[]): MountOptions {
  let bind: MountOptions["bind"] = "no";
  let ids: MountOptions["ids"];
  let subpath: string | undefined;
  const set = new Set<FlagName>();
  const recursive = new Set<AttributeName>();
  const data: string[] = [];
  for (const option of options) {
    if (Object.hasOwn(SETTING, option)) {
      const setting = SETTING[option];
      if (setting !== undefined) set.add(setting.flag);
    } else if (Object.hasOwn(CLEARING, option)) {
      const cleared = CLEARING[option];
      if (cleared !== undefined) set.delete(cleared);
    } else if (Object.hasOwn(RECURSIVE, option)) {
      const attribute = RECURSIVE[option];
      if (attribute !== undefined) recursive.add(attribute);
    } else if (option === "bind") bind = "one";
    else if (option === "rbind") bind = "tree";
    else if (option === "idmap") ids = "container";
    else if (option.startsWith(SUBPATH)) subpath = option.slice(SUBPATH.length);
    else if (!IMPLIED.has(option)) data.push(option);
  }
  const attributes: AttributeName[] = [];
  for (const { flag, attribute } of Object.values(SETTING)) {
    if (attribute !== undefined && set.has(flag)) attributes.push(attribute);
  }
  return {
    bind,
    flags: flags(MOUNT, ...set),
    attributes: flags(MOUNT_ATTR, ...attributes),
    recursiveAttributes: flags(MOUNT_ATTR, ...recursive),
    ...(ids === undefined ? {} : { ids }),
    ...(subpath === undefined ? {} : { subpath }),
    data: data.join(","),
  };
}
