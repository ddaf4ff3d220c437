/**
 * `rename`: gives a container another name, running or not.
 *
 * @module
 */
import { ConflictError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { checkName } from "../configure.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { renameEndpoints } from "../networks/rename_endpoints.ts";
import { recordContainerEvent } from "../events.ts";
import { changeConfig } from "./change_config.ts";
import { findConfig } from "./look_up.ts";
import { claimName, findByName, lockNames, releaseName } from "./names.ts";

/** How often the new name may be taken over before it is configured. */
const MAX_ATTEMPTS = 100;

/**
 * Renames a container. A crash leaves it with the old name or the new one, and
 * whichever it has not can be claimed by others.
 *
 * @param reference As `findContainer` takes it.
 * @param newName With or without a leading slash.
 * @throws {NotFoundError} If there is no such container.
 * @throws {ConflictError} If another one has the name, in docker's words.
 * @throws {UsageError} If no container may have such a name, or it has it.
 */
export function renameContainer(
  { paths }: Pick<Engine, "paths">,
  reference: string,
  newName: string,
): void {
  const name = checkName(newName.replace(/^\//, ""));
  const before = findConfig(paths, reference);
  if (before.name === name) {
    throw new UsageError(
      "Renaming a container with the same name as its current name",
    );
  }
  using undo = new DisposableStack();
  undo.defer(() => releaseName(paths, name, before.id));
  const config = configureUnderName(paths, before, name);
  undo.move();
  releaseName(paths, before.name, config.id);
  renameEndpoints(paths, config);
  const attributes = { oldName: `/${before.name}` };
  recordContainerEvent(paths, config, { action: "rename", attributes });
}

/**
 * Claims the name, then configures it. In between it looks like one that a
 * crash has left, and another may take it over.
 */
function configureUnderName(
  paths: HostPaths,
  { id }: Pick<ContainerConfig, "id">,
  name: string,
): ContainerConfig {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (findByName(paths, name) !== id) claimName(paths, name, id);
    using names = lockNames(paths);
    if (names === undefined || findByName(paths, name) !== id) continue;
    return changeConfig(paths, id, (config) => ({ ...config, name }));
  }
  throw new ConflictError(`Cannot claim the container name "${name}"`);
}
