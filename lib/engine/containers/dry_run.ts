/**
 * `run --dry-run`: the plan of a container that is never made.
 *
 * @module
 */
import { createContainerId } from "../../base/identifiers.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { findLayer } from "../../storage/source_record.ts";
import { snapshotIn } from "../../storage/snapshot.ts";
import { configureContainer } from "../configure.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { hostFacts } from "../host_facts.ts";
import { findImage } from "../images/open_image.ts";
import type { RunOptions } from "../run_options.ts";
import { chooseIds } from "./claim_ids.ts";
import { fateWithoutCaller } from "./fate.ts";
import { planContainer, type PlannedContainer } from "./plan_container.ts";
import { containerDirectory } from "./records.ts";

/**
 * Plans what `run` would do; reads the image's user database and nothing
 * else, and writes nothing.
 *
 * @throws {UsageError} If the options are wrong, or name a user while the
 * image has not been unpacked yet.
 */
export async function dryRun(
  engine: Engine,
  options: RunOptions,
): Promise<PlannedContainer> {
  const { paths, cwd } = engine;
  const draft = configureContainer(options, {
    id: createContainerId(),
    createdMs: Date.now(),
    host: hostFacts(),
    cwd,
  });
  const layers = [layerDirectory(engine, options.image)];
  const directory = containerDirectory(paths, draft.id);
  const ids = chooseIds(paths, draft, engine.invoker);
  const config: ContainerConfig = {
    ...draft,
    name: draft.name ?? "",
    layers,
    ...ids,
    ...(ids.idMappings === undefined ? {} : { layerOwners: "mapped" }),
  };
  return await planContainer(config, {
    snapshot: snapshotIn(directory, [...layers, paths.mountPoints]),
    filesPath: `${directory}/files`,
    hierarchies: mountedHierarchies(),
    withoutKeeper: options.detach ? "goes-on" : fateWithoutCaller(options),
    warn: engine.warn,
  });
}

/** Where the image's layer is, or will be. */
function layerDirectory({ paths, ...engine }: Engine, image: string): string {
  const source = findImage({ paths, ...engine }, image);
  if (source.kind === "directory") return source.path;
  return findLayer(paths, source.path)?.directory ??
    `${paths.layers}/(${source.path}, once unpacked)`;
}
