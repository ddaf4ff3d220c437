/**
 * Why an image cannot be removed, in docker's words.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { shortId } from "../../base/identifiers.ts";
import { parseReference } from "../../oci/reference.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readStatus } from "../containers/list.ts";
import { readConfigs, usesImage } from "./image_users.ts";
import type { NamedImage } from "./named_images.ts";
import { SHORT_ID_DIGITS } from "./resolve_image.ts";

/** What is to be removed. */
export interface RemovalTarget {
  /** As the user wrote it. */
  readonly reference: string;
  /** All of one id. */
  readonly images: readonly NamedImage[];
  readonly force: boolean;
}

/**
 * Checks that an image can be removed with its last name.
 *
 * @throws {ConflictError} If a container runs of it; without `force`, also if
 * one has it that does not run.
 */
export function assertNameRemovable(
  paths: HostPaths,
  target: RemovalTarget,
): void {
  const { reference, force } = target;
  const { running, stopped } = usersOf(paths, target);
  const user = running ?? (force ? undefined : stopped);
  if (user === undefined) return;
  const how = running === undefined ? "must force" : "cannot be forced";
  throw conflict(
    `unable to remove repository reference "${reference}" (${how}) - ` +
      `container ${describe(user)} is using its referenced image ${
        idOf(target)
      }`,
    user,
  );
}

/**
 * Checks that an image can be removed by its id.
 *
 * @throws {ConflictError} As above; and without `force`, also if it has names
 * of several repositories, or several tags.
 */
export function assertIdRemovable(
  paths: HostPaths,
  target: RemovalTarget,
): void {
  const { running, stopped } = usersOf(paths, target);
  const delete_ = `unable to delete ${idOf(target)}`;
  if (running !== undefined) {
    throw conflict(
      `${delete_} (cannot be forced) - image is being used by running container ${
        describe(running)
      }`,
      running,
    );
  }
  if (target.force) return;
  if (!hasOneName(target.images)) {
    throw conflict(
      `${delete_} (must be forced) - image is referenced in multiple repositories`,
    );
  }
  if (stopped !== undefined) {
    throw conflict(
      `${delete_} (must be forced) - image is being used by stopped container ${
        describe(stopped)
      }`,
      stopped,
    );
  }
}

interface ImageUsers {
  /** One that runs. */
  readonly running: ContainerConfig | undefined;
  /** One that does not. */
  readonly stopped: ContainerConfig | undefined;
}

function usersOf(paths: HostPaths, { images }: RemovalTarget): ImageUsers {
  const users = readConfigs(paths).filter((config) =>
    images.some(({ image }) => usesImage(paths, config, image))
  );
  const isActive = (config: ContainerConfig): boolean => {
    const { state } = readStatus(paths, config);
    return state !== "created" && state !== "exited";
  };
  const running = users.find(isActive);
  return { running, stopped: users.find((user) => user !== running) };
}

/** One tag at most, and all of it in one repository. */
function hasOneName(images: readonly NamedImage[]): boolean {
  const names = images.flatMap(({ names }) => names)
    .map((name) => parseReference(name));
  const repositories = new Set(
    names.map(({ registry, repository }) => `${registry}/${repository}`),
  );
  return repositories.size <= 1 &&
    names.filter(({ tag }) => tag !== undefined).length <= 1;
}

function idOf({ images: [first] }: RemovalTarget): string {
  return first === undefined
    ? ""
    : digestHex(first.image.config.digest).slice(0, SHORT_ID_DIGITS);
}

function describe({ id, name }: ContainerConfig): string {
  return `${shortId(id)} (${name})`;
}

function conflict(message: string, user?: ContainerConfig): ConflictError {
  const advice = user === undefined
    ? {}
    : { advice: `tsdocker rm -f ${user.name}` };
  return new ConflictError(`conflict: ${message}`, advice);
}
