/**
 * `--mount` of the command line.
 *
 * @module
 * @see docs.docker.com/engine/storage/bind-mounts, "Options for --mount"
 */
import { parseByteSize } from "../../base/byte_size.ts";
import { checkVolumeName } from "../../storage/volume_name.ts";
import {
  type BindVolume,
  parseDestination,
  resolvePath,
  type TmpfsVolume,
  type VolumePlaces,
} from "../volume.ts";
import type { ImageMount } from "./image_mount.ts";
import { MOUNT_TYPES, MountFields, type MountType } from "./mount_fields.ts";
import { volumeOfStore } from "./volume_of_store.ts";

/** What one `--mount` asks for: one of these. */
export type ParsedMount =
  | { readonly kind: "volume"; readonly volume: BindVolume }
  | { readonly kind: "tmpfs"; readonly tmpfs: TmpfsVolume }
  | { readonly kind: "image"; readonly image: ImageMount };

const PRIVATE: ReadonlySet<string> = new Set(["private", "rprivate"]);
/**
 * Reads one `--mount KEY=VALUE,…`.
 *
 * @throws {UsageError} If it is malformed, or asks for what there is not.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const places = { cwd: "/home/me", volumes: "/v", newName: () => "ab" };
 * assert.deepEqual(parseMount("type=tmpfs,dst=/t,tmpfs-mode=1770", places), {
 *   kind: "tmpfs",
 *   tmpfs: { destination: "/t", options: ["mode=1770"], isMount: true },
 * });
 * ```
 */
export function parseMount(text: string, places: VolumePlaces): ParsedMount {
  const fields = new MountFields(text);
  const type = mountType(fields);
  fields.checkKeys(type);
  const target = fields.get("target");
  if (target === undefined) throw fields.fail("target is required");
  const destination = parseDestination(target, (why) => fields.fail(why));
  switch (type) {
    case "bind":
      return { kind: "volume", volume: bind(fields, destination, places) };
    case "volume":
      return { kind: "volume", volume: volume(fields, destination, places) };
    case "tmpfs":
      return { kind: "tmpfs", tmpfs: tmpfs(fields, destination) };
    case "image":
      return { kind: "image", image: image(fields, destination) };
  }
}

function mountType(fields: MountFields): MountType {
  const text = fields.get("type")?.toLowerCase() ?? "volume";
  const type = MOUNT_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  throw fields.fail(`mount type unknown: "${text}"`, {
    advice: `type=${MOUNT_TYPES.join(", type=")}`,
  });
}

/** What a path and a volume have in common. */
function shown(
  fields: MountFields,
  destination: string,
): Omit<BindVolume, "source" | "create"> {
  return {
    destination,
    access: fields.isSet("readonly") ? "ro" : "rw",
    ...(fields.isSet("chown") ? { owner: "user" } : {}),
    ...(fields.isSet("idmap") ? { ids: "mapped" } : {}),
    isMount: true,
  };
}

function bind(
  fields: MountFields,
  destination: string,
  { cwd }: VolumePlaces,
): BindVolume {
  const source = fields.get("source");
  if (source === undefined) throw fields.fail("source is required");
  if (!/^[./]/.test(source)) {
    throw fields.fail(
      `invalid mount path: '${source}' mount path must be absolute`,
      { advice: `source=./${source}, or type=volume` },
    );
  }
  const propagation = fields.get("bind-propagation");
  if (propagation !== undefined && !PRIVATE.has(propagation)) {
    throw fields.fail(
      `mounts made later are never passed on: bind-propagation is rprivate, not ${propagation}`,
    );
  }
  const below = mountsBelow(fields);
  return {
    source: resolvePath(cwd, source),
    ...shown(fields, destination),
    create: fields.isSet("bind-create-src") ? "directory" : "never",
    ...(below === undefined ? {} : { below }),
  };
}

function mountsBelow(fields: MountFields): BindVolume["below"] {
  if (fields.isSet("bind-nonrecursive")) return "hidden";
  const text = fields.get("bind-recursive") ?? "enabled";
  switch (text) {
    case "enabled":
    case "readonly":
      return undefined;
    case "disabled":
      return "hidden";
    case "writable":
      return "writable";
    default:
      throw fields.fail(`invalid value for bind-recursive: ${text}`, {
        advice: "enabled, disabled, writable or readonly",
      });
  }
}

function volume(
  fields: MountFields,
  destination: string,
  places: VolumePlaces,
): BindVolume {
  const driver = fields.get("volume-driver") ?? "local";
  if (driver !== "local") {
    throw fields.fail(`plugin "${driver}" not found: there is only local`);
  }
  const name = fields.get("source");
  const subpath = fields.get("volume-subpath");
  const isCopied = !fields.isSet("volume-nocopy") && subpath === undefined;
  return volumeOfStore(
    {
      ...shown(fields, destination),
      ...(subpath === undefined
        ? {}
        : { subpath: checkSubpath(fields, subpath) }),
    },
    places,
    {
      ...(name === undefined ? {} : { name: checkVolumeName(name) }),
      ...(isCopied ? {} : { copyUp: "never" }),
      ...(Object.keys(fields.labels).length === 0
        ? {}
        : { labels: fields.labels }),
    },
  );
}

function checkSubpath(fields: MountFields, path: string): string {
  const components = path.split("/").filter((one) => one !== "" && one !== ".");
  if (path.startsWith("/") || components.includes("..")) {
    throw fields.fail(`"${path}" must be a relative path within the volume`);
  }
  return components.join("/") || ".";
}

function tmpfs(fields: MountFields, destination: string): TmpfsVolume {
  if (fields.get("source") !== undefined) {
    throw fields.fail("a tmpfs has no source");
  }
  const size = fields.get("tmpfs-size");
  const mode = fields.get("tmpfs-mode");
  if (mode !== undefined && !/^[0-7]{1,5}$/.test(mode)) {
    throw fields.fail(`invalid value for tmpfs-mode: ${mode}`, {
      advice: "octal digits, such as 1777",
    });
  }
  return {
    destination,
    options: [
      ...(fields.isSet("readonly") ? ["ro"] : []),
      ...(mode === undefined ? [] : [`mode=${mode}`]),
      ...(size === undefined ? [] : [`size=${sizeOf(fields, size)}`]),
    ],
    isMount: true,
  };
}

function sizeOf(fields: MountFields, text: string): number {
  try {
    return parseByteSize(text);
  } catch {
    throw fields.fail(`invalid value for tmpfs-size: ${text}`, {
      advice: "a number with an optional unit, such as 64m",
    });
  }
}

function image(fields: MountFields, destination: string): ImageMount {
  const name = fields.get("source");
  if (name === undefined) throw fields.fail("source is required");
  return { image: name, destination, layers: [] };
}
