/**
 * `run --dry-run`: the plan of a container that is never made.
 *
 * @module
 */
import { createContainerId } from "../../base/identifiers.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { createVolumeName } from "../../storage/volume_name.ts";
import { imageLayerDirectories } from "../../storage/image_layers.ts";
import {
  readImageDocument,
  type StoredImage,
} from "../../storage/image_store.ts";
import { findLayer } from "../../storage/source_record.ts";
import { snapshotIn } from "../../storage/snapshot.ts";
import { configureContainer } from "../configure.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { hostFacts } from "../host_facts.ts";
import { applyImageDefaults } from "../image_defaults.ts";
import { findImage, type OpenedImage } from "../images/open_image.ts";
import { foreseeDefaultNetwork } from "../networks/default_network.ts";
import type { EndpointConfig } from "../networks/network_config.ts";
import { networkDefaultOf } from "../networks/network_source.ts";
import { resolveNetworks } from "../networks/resolve_networks.ts";
import type { RunOptions } from "../run_options.ts";
import { withImageVolumes } from "../volumes/configure_volumes.ts";
import { chooseIds } from "./claim_ids.ts";
import { fateWithoutCaller } from "./fate.ts";
import { filesDirectory } from "./files.ts";
import { planContainer, type PlannedContainer } from "./plan_container.ts";
import { containerDirectory } from "./records.ts";

/** A container that is never made, and what it would be connected to. */
export interface PlannedRun extends PlannedContainer {
  readonly networks: readonly EndpointConfig[];
  /** As `-p` takes them. */
  readonly publish: readonly string[];
}

/** Where the namespace is that a connected container would join. */
const NETWORK_PATH = "/proc/(tsdocker)/fd/(its network namespace)";

/**
 * Plans what `run` would do; reads the image's user database and nothing
 * else, and writes nothing.
 *
 * @throws {UsageError} If the options are wrong, or name a user while the
 * image has not been unpacked yet.
 */
export async function dryRun(
  engine: Engine,
  asked: RunOptions,
): Promise<PlannedRun> {
  const { paths, cwd } = engine;
  const { layers, settings } = await lookAt(engine, asked.image);
  const options = applyImageDefaults(asked, settings);
  const input = {
    id: createContainerId(),
    createdMs: Date.now(),
    host: hostFacts(),
    cwd,
    volumes: paths.volumes,
    newName: createVolumeName,
    ...networkDefaultOf(engine),
  };
  const configured = configureContainer(options, input);
  const all = withImageVolumes(configured, settings.Volumes ?? [], input);
  const draft = await resolveNetworks(engine, all, foreseeDefaultNetwork);
  const directory = containerDirectory(paths, draft.id);
  const ids = chooseIds(paths, draft, engine.invoker);
  const config: ContainerConfig = {
    ...draft,
    name: draft.name ?? "",
    layers,
    ...ids,
    ...(ids.idMappings === undefined ? {} : { layerOwners: "mapped" }),
  };
  const isJoining = config.network === "connected" &&
    config.idMappings === undefined;
  const planned = await planContainer(config, {
    snapshot: snapshotIn(directory, [...layers, paths.mountPoints]),
    filesPath: filesDirectory(paths, draft),
    hierarchies: mountedHierarchies(),
    withoutKeeper: options.detach ? "goes-on" : fateWithoutCaller(options),
    warn: engine.warn,
    ...(isJoining ? { networkPath: NETWORK_PATH } : {}),
  });
  const { networks = [], publish = [] } = draft;
  return { ...planned, networks, publish };
}

type SeenImage = Pick<OpenedImage, "layers" | "settings">;

/** Where the image's layers are, or will be. */
async function lookAt(
  engine: Engine,
  name: string,
): Promise<SeenImage> {
  const { paths } = engine;
  const found = await findImage(engine, name);
  switch (found.kind) {
    case "directory":
      return { layers: [found.path], settings: {} };
    case "archive": {
      const layer = findLayer(paths, found.path);
      if (layer !== undefined) {
        return { layers: [layer.directory], settings: {} };
      }
      const { findKnownImage } = await import("../images/open_archive.ts");
      const image = findKnownImage(paths, found.path);
      return image === undefined
        ? notYet(paths, `${found.path}, once unpacked`)
        : lookAtStored(paths, image);
    }
    case "stored":
      return lookAtStored(paths, found.image);
    case "images": {
      const { findKnownImage } = await import("../images/open_archive.ts");
      const image = findKnownImage(paths, found.path, found.name);
      return image === undefined
        ? notYet(paths, `${found.path}, once loaded`)
        : lookAtStored(paths, image);
    }
    case "stdin":
      return notYet(paths, "stdin, once read");
  }
}

function lookAtStored(paths: HostPaths, image: StoredImage): SeenImage {
  return {
    layers: imageLayerDirectories(paths, image),
    settings: readImageDocument(paths, image).config,
  };
}

/** A layer that will be there. */
function notYet({ layers }: HostPaths, which: string): SeenImage {
  return { layers: [`${layers}/(${which})`], settings: {} };
}
