/**
 * Creates a container together with its volumes.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { makeVolume } from "../../storage/volume_store.ts";
import {
  type ContainerDraft,
  createContainer,
  type CreatedContainer,
} from "../containers/create.ts";
import type { Engine } from "../engine.ts";
import type { BindVolume } from "../volume.ts";
import { fillVolumes } from "./fill_volumes.ts";
import { holdVolumes } from "./hold_volumes.ts";
import { removeUnusedVolumes } from "./remove_unused.ts";
import { recordVolumeEvent } from "./volume_event.ts";

/**
 * Creates a container; the volumes that are missing are made, and those that
 * are empty get the image's files. If it cannot, neither the container nor a
 * volume made for it is left.
 *
 * @throws {ConflictError} If its name is taken.
 * @throws {HostError} If a volume cannot be made or filled.
 */
export async function createWithVolumes(
  { paths, invoker }: Pick<Engine, "paths" | "invoker">,
  draft: ContainerDraft,
): Promise<CreatedContainer> {
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

async function makeMissing(
  paths: HostPaths,
  volumes: readonly BindVolume[],
  made: string[],
): Promise<void> {
  for (const { volume } of volumes) {
    if (volume === undefined) continue;
    const { name, isAnonymous, labels = {} } = volume;
    const record = { name, createdMs: Date.now(), isAnonymous, labels };
    if (!await makeVolume(paths, record)) continue;
    made.push(name);
    recordVolumeEvent(paths, name, "create");
  }
}
