/**
 * Images as image-spec describes them, with docker's additions to what it
 * calls the config. Documents are read from these types and never written
 * back: an image's bytes are its identity.
 *
 * @module
 * @see image-spec 1.1, manifest.md, image-index.md, config.md
 */
import type { Digest } from "../base/digest.ts";

/** Points to content. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** In an index: what the manifest is for. */
  readonly platform?: Platform;
}

/** What an image runs on, in Go's words: `linux`, `amd64`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** An image: how to run it, and its layers, the lowest first. */
export interface ImageManifest {
  readonly kind: "manifest";
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Images of one name, for one platform each. */
export interface ImageIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a manifest calls the config. Its digest is the image's id. */
export interface ImageDocument extends Platform {
  /** When it was made, RFC 3339. */
  readonly created?: string;
  readonly author?: string;
  /** How to run it. */
  readonly config: ImageSettings;
  readonly rootfs: {
    readonly type: "layers";
    /** Digests of its layers, unpacked, the lowest first. */
    readonly diff_ids: readonly Digest[];
  };
  readonly history: readonly HistoryEntry[];
}

/** How an image was made, one step. */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  /** Whether the step made no layer. */
  readonly empty_layer?: boolean;
}

/** How to run an image; what is absent is left to whoever runs it. */
export interface ImageSettings {
  readonly User?: string;
  /** `80/tcp` and the like. */
  readonly ExposedPorts?: readonly string[];
  /** `NAME=value`. */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** Paths in the container. */
  readonly Volumes?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  /** By name or number. */
  readonly StopSignal?: string;
  readonly Healthcheck?: ImageHealthcheck;
  /** What runs commands that are one text. */
  readonly Shell?: readonly string[];
  readonly OnBuild?: readonly string[];
}

/** How to find out whether a container works; times in nanoseconds. */
export interface ImageHealthcheck {
  /** `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", text]`; empty inherits. */
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}
