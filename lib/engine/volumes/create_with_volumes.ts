/**
 * Creates a container together with its volumes.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { makeVolume } from "../../storage/volume_store.ts";
import {
  type ContainerDraft,
  createContainer,
  type CreatedContainer,
} from "../containers/create.ts";
import type { Engine } from "../engine.ts";
import { findImage, openImage } from "../images/open_image.ts";
import type { BindVolume } from "../volume.ts";
import { fillVolumes } from "./fill_volumes.ts";
import { hasVolume } from "./find_volume.ts";
import { holdVolumes } from "./hold_volumes.ts";
import type { ImageMount } from "./image_mount.ts";
import { removeUnusedVolumes } from "./remove_unused.ts";
import { recordVolumeEvent } from "./volume_event.ts";

/**
 * Creates a container; the volumes that are missing are made, and those that
 * are empty get the image's files. Its caller holds all layers. If it cannot, neither the container nor a
 * volume made for it is left.
 *
 * @throws {ConflictError} If its name is taken.
 * @throws {NotFoundError} If another container's volume has been removed.
 * @throws {HostError} If a volume cannot be made or filled.
 */
export async function createWithVolumes(
  engine: Engine,
  asked: ContainerDraft,
): Promise<CreatedContainer> {
  const { paths, invoker } = engine;
  const draft = await withImageLayers(engine, asked);
  using undo = new DisposableStack();
  const made: string[] = [];
  undo.defer(() => removeUnusedVolumes(paths, made));
  const create = async (): Promise<CreatedContainer> => {
    // Until the configuration names them, nothing tells that they are needed.
    using _held = holdVolumes(paths);
    await makeMissing(paths, draft.volumes, made);
    return createContainer(paths, draft, invoker);
  };
  const container = undo.use(await create());
  undo.defer(() => container.remove());
  await fillVolumes(paths, container);
  undo.move();
  return container;
}

/** Opens the images that are to be among its files. */
async function withImageLayers(
  engine: Engine,
  draft: ContainerDraft,
): Promise<ContainerDraft> {
  if (draft.imageMounts === undefined) return draft;
  const imageMounts: ImageMount[] = [];
  for (const mount of draft.imageMounts) {
    const found = await findImage(engine, mount.image);
    const { layers } = await openImage(engine, found);
    imageMounts.push({ ...mount, layers });
  }
  return { ...draft, imageMounts };
}

async function makeMissing(
  paths: HostPaths,
  volumes: readonly BindVolume[],
  made: string[],
): Promise<void> {
  for (const { volume } of volumes) {
    if (volume === undefined) continue;
    const { name, isAnonymous, isInherited, labels = {} } = volume;
    if (isInherited && isAnonymous && !hasVolume(paths, name)) {
      throw new NotFoundError(
        `get ${name}: no such volume: it is gone with the container that had it`,
      );
    }
    const record = { name, createdMs: Date.now(), isAnonymous, labels };
    if (!await makeVolume(paths, record)) continue;
    made.push(name);
    recordVolumeEvent(paths, name, "create");
  }
}
