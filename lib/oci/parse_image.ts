/**
 * Reads manifests, indexes and configs of images. They come from outside:
 * what is known is checked, what nobody knows is passed over.
 *
 * @module
 * @see image-spec 1.1, manifest.md, image-index.md, config.md
 */
import { type Digest, isDigest } from "../base/digest.ts";
import { JsonValue } from "../base/json_value.ts";
import type {
  Descriptor,
  HistoryEntry,
  ImageDocument,
  ImageHealthcheck,
  ImageIndex,
  ImageManifest,
  ImageSettings,
  Platform,
} from "./image_spec.ts";
import { isIndexType, isManifestType, MANIFEST_TYPES } from "./media_types.ts";

/** Larger than any that make sense; a reader need not hold more. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;

/** Overlayfs takes no more lower layers than this and one of our own. */
const MAX_LAYERS = 127;

/**
 * Reads a manifest or an index.
 *
 * @param label What messages call it: `manifest of "busybox:latest"`.
 * @param mediaType What it was said to be, if it does not say so itself.
 * @throws {SpecError} If it is neither, or malformed.
 */
export function parseManifest(
  bytes: Uint8Array,
  label: string,
  mediaType?: string,
): ImageManifest | ImageIndex {
  const root = parse(bytes, label);
  const schema = root.member("schemaVersion");
  if (schema.integer(Number.MAX_SAFE_INTEGER) !== 2) {
    schema.refuse("is not 2, the only version that is read");
  }
  const annotations = texts(root.member("annotations"));
  const type = root.member("mediaType").optional((value) => value.text()) ??
    mediaType;
  const isIndex = type === undefined
    ? root.member("manifests").value !== undefined
    : isIndexType(type);
  if (isIndex) {
    return {
      kind: "index",
      mediaType: type ?? "application/vnd.oci.image.index.v1+json",
      manifests: root.member("manifests").elements().map(readDescriptor),
      annotations,
    };
  }
  if (type !== undefined && !isManifestType(type)) {
    root.member("mediaType").refuse("is not the type of an image or an index");
  }
  const layers = root.member("layers");
  const elements = layers.elements();
  if (elements.length > MAX_LAYERS) {
    layers.refuse(`has more than ${MAX_LAYERS} layers`);
  }
  return {
    kind: "manifest",
    mediaType: type ?? MANIFEST_TYPES[0],
    config: readDescriptor(root.member("config")),
    layers: elements.map(readDescriptor),
    annotations,
  };
}

/**
 * Reads the config of an image.
 *
 * @param label What messages call it: `config of "busybox:latest"`.
 * @throws {SpecError} If it is malformed.
 */
export function parseImageDocument(
  bytes: Uint8Array,
  label: string,
): ImageDocument {
  const root = parse(bytes, label);
  const rootfs = root.member("rootfs");
  rootfs.member("type").oneOf(["layers"], '"layers"');
  return {
    ...optionalTexts(root, ["created", "author"]),
    ...readPlatform(root),
    config: readSettings(root.member("config")),
    rootfs: {
      type: "layers",
      diff_ids: rootfs.member("diff_ids").elements().map(readDigest),
    },
    history: root.member("history").elements().map(readHistory),
  };
}

function parse(bytes: Uint8Array, label: string): JsonValue {
  return JsonValue.parse(
    new TextDecoder().decode(bytes),
    `Cannot use the ${label}`,
  );
}

/** Reads a descriptor of an image layout or a manifest. */
export function readDescriptor(value: JsonValue): Descriptor {
  const annotations = value.member("annotations");
  const platform = value.member("platform");
  return {
    mediaType: value.member("mediaType").text(),
    digest: readDigest(value.member("digest")),
    size: value.member("size").integer(Number.MAX_SAFE_INTEGER),
    ...(annotations.value === undefined
      ? {}
      : { annotations: texts(annotations) }),
    ...(platform.value === undefined
      ? {}
      : { platform: readPlatform(platform) }),
  };
}

function readDigest(value: JsonValue): Digest {
  const text = value.text();
  if (isDigest(text)) return text;
  return value.refuse("is not a sha256 digest");
}

/** An absent platform is that of every image before there were others. */
function readPlatform(value: JsonValue): Platform {
  return {
    os: value.member("os").optional((os) => os.string()) || "linux",
    architecture:
      value.member("architecture").optional((name) => name.string()) || "amd64",
    ...optionalTexts(value, ["variant"]),
  };
}

function readHistory(value: JsonValue): HistoryEntry {
  return {
    ...optionalTexts(value, ["created", "created_by", "author", "comment"]),
    ...(value.member("empty_layer").value === true
      ? { empty_layer: true }
      : {}),
  };
}

function readSettings(value: JsonValue): ImageSettings {
  if (value.value === undefined) return {};
  const healthcheck = value.member("Healthcheck");
  const labels = value.member("Labels");
  return {
    ...optionalTexts(value, ["User", "WorkingDir", "StopSignal"], kernelText),
    ...optionalLists(value, ["Env", "Entrypoint", "Cmd", "Shell", "OnBuild"]),
    ...optionalSets(value, ["ExposedPorts", "Volumes"]),
    ...(labels.value === undefined ? {} : { Labels: texts(labels) }),
    ...(healthcheck.value === undefined
      ? {}
      : { Healthcheck: readHealthcheck(healthcheck) }),
  };
}

function readHealthcheck(value: JsonValue): ImageHealthcheck {
  return {
    ...optionalLists(value, ["Test"]),
    ...optionalNumbers(value, [
      "Interval",
      "Timeout",
      "StartPeriod",
      "StartInterval",
      "Retries",
    ]),
  };
}

/** What of `names` is there and not empty, which says as little. */
function optionalTexts<T extends string>(
  value: JsonValue,
  names: readonly T[],
  read = (member: JsonValue): string => member.string(),
): Partial<Record<T, string>> {
  return collect(
    names,
    (name) => value.member(name).optional(read) || undefined,
  );
}

/** The kernel takes no text with a NUL in it, and would end it there. */
function kernelText(member: JsonValue): string {
  const text = member.string();
  return text.includes("\0") ? member.refuse("holds a NUL") : text;
}

/** What of `names` is there; an empty list is not the same as none. */
function optionalLists<T extends string>(
  value: JsonValue,
  names: readonly T[],
): Partial<Record<T, string[]>> {
  return collect(
    names,
    (name) =>
      value.member(name).optional((member) =>
        member.elements().map(kernelText)
      ),
  );
}

/** What of `names` is there: sets, written as objects with empty members. */
function optionalSets<T extends string>(
  value: JsonValue,
  names: readonly T[],
): Partial<Record<T, string[]>> {
  return collect(
    names,
    (name) =>
      value.member(name).optional((member) =>
        member.members().map(([key, entry]) =>
          key.includes("\0") ? entry.refuse("has a name that holds a NUL") : key
        )
      ),
  );
}

function optionalNumbers<T extends string>(
  value: JsonValue,
  names: readonly T[],
): Partial<Record<T, number>> {
  return collect(
    names,
    (name) =>
      value.member(name).optional((member) =>
        member.integer(Number.MAX_SAFE_INTEGER)
      ),
  );
}

function collect<T extends string, V>(
  names: readonly T[],
  read: (name: T) => V | undefined,
): Partial<Record<T, V>> {
  const found: Partial<Record<T, V>> = {};
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function texts(value: JsonValue): Record<string, string> {
  return Object.fromEntries(
    value.members().map(([name, text]) => [
      name,
      text.optional((member) => member.string()) ?? "",
    ]),
  );
}
