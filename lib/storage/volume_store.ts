/**
 * Volumes on disk: a directory each with its files and a record. One that has
 * its name is whole, for it gets it when it is; one that is being removed has
 * another name again.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import {
  readTextFileIfExists,
  writeFileAtomically,
} from "../base/atomic_file.ts";
import { HostError, IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { removePath } from "../base/remove_tree.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import { sweepTemporaryTrees, TEMPORARY_PREFIX } from "./temporary_trees.ts";
import { DATA, RECORD, volumePath } from "./volume_path.ts";

type Store = Pick<HostPaths, "volumes">;

/** What is known of a volume. */
export interface VolumeRecord {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  /** Whether it was made for a container, without a name. */
  readonly isAnonymous: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** Others may look into it, if they get that far. */
const DATA_MODE = 0o755;

/**
 * Makes a volume, unless there is one of the name.
 *
 * @param fill Puts files into it, given the path of their directory, before
 * anybody else can see the volume.
 * @returns Whether it has been made.
 * @throws {HostError} If the store cannot be made.
 */
export async function makeVolume(
  { volumes }: Store,
  record: VolumeRecord,
  fill: (directory: string) => Promise<void> | void = (): void => undefined,
): Promise<boolean> {
  if (readVolume({ volumes }, record.name) !== undefined) return false;
  makePrivate(volumes);
  sweepVolumes({ volumes });
  try {
    await growVolume(volumes, record, fill);
    return true;
  } catch (cause) {
    // What the host says tells neither what was tried nor with what.
    if (!(cause instanceof Error && "code" in cause)) throw cause;
    throw new HostError(
      `Cannot make volume "${record.name}": ${cause.message}`,
      { cause },
    );
  }
}

async function growVolume(
  volumes: string,
  record: VolumeRecord,
  fill: (directory: string) => Promise<void> | void,
): Promise<void> {
  using store = openat(AT_FDCWD, volumes, OPEN_DIRECTORY);
  using tree = new GrowingTree(volumes, store);
  await fill(makeData(tree.root.path));
  writeFileAtomically(
    `${tree.root.path}/${RECORD}`,
    JSON.stringify(record),
  );
  tree.publish(record.name);
}

function makeData(directory: string): string {
  const data = `${directory}/${DATA}`;
  Deno.mkdirSync(data);
  // Whatever the caller's umask is.
  Deno.chmodSync(data, DATA_MODE);
  return data;
}

/**
 * Reads what is known of a volume.
 *
 * @param name Of a valid form.
 * @returns `undefined` if there is none.
 * @throws {IntegrityError} If its record is damaged.
 */
export function readVolume(
  store: Store,
  name: string,
): VolumeRecord | undefined {
  const path = `${volumePath(store, name)}/${RECORD}`;
  const text = readTextFileIfExists(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as VolumeRecord;
  } catch (cause) {
    throw new IntegrityError(`The record of volume "${name}" is damaged`, {
      cause,
      advice: `tsdocker volume rm ${name}, or write it again: ${path}`,
    });
  }
}

/** The names of all volumes, in order; of damaged ones too. */
export function listVolumeNames({ volumes }: Store): string[] {
  try {
    return [...Deno.readDirSync(volumes)]
      .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
      .map(({ name }) => name).toSorted();
  } catch (error) {
    // No volume has been made yet.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Removes a volume that nobody uses, whose caller makes sure of that. At once
 * for whoever looks for it; what a crash leaves is swept later.
 *
 * @returns Whether there was one.
 */
export function removeVolume(store: Store, name: string): boolean {
  const doomed = `${store.volumes}/${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
  try {
    Deno.renameSync(volumePath(store, name), doomed);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  removePath(doomed);
  return true;
}

/** Removes what processes left that were killed over a volume. */
export function sweepVolumes({ volumes }: Store): void {
  sweepTemporaryTrees({ layers: volumes });
}
