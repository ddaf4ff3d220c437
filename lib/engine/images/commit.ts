/**
 * Makes an image of a container: its changes as one layer on top of those of
 * its own image. What that costs depends on the changes, not on the image.
 *
 * @module
 * @see image-spec 1.1, layer.md, "Creating"
 */
import type { Digest } from "../../base/digest.ts";
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { canonicalJson } from "../../oci/canonical_json.ts";
import type { HistoryEntry, ImageSettings } from "../../oci/image_spec.ts";
import { fullName, type ImageReference } from "../../oci/reference.ts";
import { settingsObject } from "../../oci/settings_object.ts";
import { ownedInside } from "../../storage/entry_owners.ts";
import { setReference } from "../../storage/image_store.ts";
import { LayerDiff } from "../../storage/layer_diff.ts";
import { type LayerOfImage, storeImage } from "../../storage/store_image.ts";
import type { TarEntry } from "../../storage/tar/entry.ts";
import { notAfter } from "../../storage/tar/not_after.ts";
import { endIfAsked } from "../../storage/tidy_end.ts";
import {
  publishBlob,
  writeBlob,
  type WrittenBlob,
} from "../../storage/written_layer.ts";
import type { ContainerConfig } from "../container_config.ts";
import { snapshotOf } from "../containers/create.ts";
import { findConfig } from "../containers/look_up.ts";
import { readConfig } from "../containers/records.ts";
import { whilePaused } from "../containers/while_paused.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { type BaseImage, baseImage } from "./base_image.ts";
import { applyChanges } from "./change_instruction.ts";
import { committedSettings } from "./committed_settings.ts";
import { holdLayers } from "./hold_layers.ts";

/** What an image is made with. */
export interface CommitOptions {
  /** The image's name, if it gets one. */
  readonly reference?: ImageReference;
  readonly author?: string;
  /** What its history says. */
  readonly message?: string;
  /** Instructions of a Dockerfile, as `applyChanges` takes them. */
  readonly changes: readonly string[];
  /** Whether a running container is paused while its files are read. */
  readonly reading: "paused" | "running";
  /** What stands for now and is the latest time of files, in ms since 1970. */
  readonly epochMs?: number;
}

/** What docker and others take at most. */
const MAX_LAYERS = 125;

/**
 * Makes an image of a container, which may be running. The same changes give
 * the same image, but for the time unless it is given.
 *
 * @param reference As `findContainer` takes it.
 * @returns The image's id.
 * @throws {NotFoundError} If there is no such container, or its image is gone.
 * @throws {UsageError} If an instruction is malformed.
 * @throws {ConflictError} If a file cannot be in a layer, or the image would
 * have too many.
 */
export async function commitContainer(
  engine: Engine,
  reference: string,
  options: CommitOptions,
): Promise<Digest> {
  const { paths } = engine;
  using _held = holdLayers(paths);
  const config = findConfig(paths, reference);
  // Malformed ones are told of before anything is read.
  applyChanges({}, options.changes);
  const { epochMs } = options;
  const base = await baseImage(
    engine,
    config,
    (entry) => notAfter(entry, epochMs),
  );
  assertRoom(base, config);
  using written = await writeChanges(engine, config, options);
  const layers = written.count === 0 ? [] : [await publishChanges(written)];
  const image = await storeImage(paths, {
    config: imageConfig({ base, config, layers, options }),
    layers: [...base.layers, ...layers],
  });
  if (options.reference !== undefined) {
    const name = fullName(options.reference);
    await setReference(paths, name, image.manifest.digest);
  }
  const { digest } = image.config;
  recordContainerEvent(paths, config, {
    action: "commit",
    attributes: { imageID: digest, comment: options.message ?? "" },
  });
  return digest;
}

async function publishChanges(written: WrittenBlob): Promise<ChangesLayer> {
  const blob = await publishBlob(written);
  return { blob, compression: "none", diffId: blob.digest };
}

interface ChangesLayer extends LayerOfImage {
  readonly diffId: Digest;
}

function assertRoom({ layers }: BaseImage, { name }: ContainerConfig): void {
  if (layers.length < MAX_LAYERS) return;
  throw new ConflictError(
    `Cannot commit container ${name}: max depth exceeded: an image has at most ${MAX_LAYERS} layers`,
    { advice: `tsdocker export ${name} | tsdocker import -` },
  );
}

async function writeChanges(
  { paths, warn }: Engine,
  config: ContainerConfig,
  { reading, epochMs }: CommitOptions,
): Promise<WrittenBlob> {
  const act = (checkPoint: () => void): WrittenBlob => {
    using diff = new LayerDiff(
      snapshotOf(paths, config),
      (entry) => notAfter(ownedAsInside(entry, config), epochMs),
    );
    return writeBlob(paths, diff, checkPoint);
  };
  using undo = new DisposableStack();
  const written = undo.use(
    reading === "paused"
      ? await whilePaused(paths, config, { warn, act })
      : act(endIfAsked),
  );
  assertThere(paths, config);
  undo.move();
  return written;
}

/** Files that go while they are read look as if they had never been there. */
function assertThere(paths: HostPaths, { id, name }: ContainerConfig): void {
  if (readConfig(paths, id) !== undefined) return;
  throw new NotFoundError(
    `Cannot commit container ${name}: it has been removed meanwhile`,
  );
}

/** On disk ids are those inside, unless its layers were copied for it. */
function ownedAsInside(
  entry: TarEntry,
  { layerOwners, idMappings }: ContainerConfig,
): TarEntry {
  return layerOwners === "shifted" ? ownedInside(entry, idMappings) : entry;
}

function imageConfig(
  { base, config, layers, options }: {
    readonly base: BaseImage;
    readonly config: ContainerConfig;
    readonly layers: readonly ChangesLayer[];
    readonly options: CommitOptions;
  },
): Uint8Array<ArrayBuffer> {
  const { document } = base;
  const { author, message, changes, epochMs = Date.now() } = options;
  const created = new Date(epochMs).toISOString();
  const settings: ImageSettings = applyChanges(
    committedSettings(config, document.config),
    changes,
  );
  const step: HistoryEntry = {
    created,
    created_by: config.args.join(" "),
    ...(author && { author }),
    ...(message && { comment: message }),
    ...(layers.length === 0 && { empty_layer: true }),
  };
  const { os, architecture, variant } = document;
  const diffIds = layers.map(({ diffId }) => diffId);
  return canonicalJson({
    created,
    author: author || undefined,
    os,
    architecture,
    variant,
    config: settingsObject(settings),
    rootfs: {
      type: "layers",
      diff_ids: [...document.rootfs.diff_ids, ...diffIds],
    },
    history: [...historyOf(base, created), step],
  });
}

/** Layers that nothing is known of are steps as well. */
function historyOf(
  { document: { history, rootfs } }: BaseImage,
  created: string,
): readonly HistoryEntry[] {
  if (history.length > 0) return history;
  return rootfs.diff_ids.map(() => ({ created }));
}
