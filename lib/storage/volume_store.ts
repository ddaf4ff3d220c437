/**
 * Volumes on disk: a directory each with its files and a record. One that has
 * its name is whole, for it gets it when it is; one that is being removed has
 * another name again.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { flock } from "../../ffi/calls/flock.ts";
import { AT_FDCWD, LOCK_SH } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { readTextFileIfExists, writeSynced } from "../base/atomic_file.ts";
import { HostError, IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { removePath } from "../base/remove_tree.ts";
import { isNamed, tryLock } from "./file_lock.ts";
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
  writeSynced(`${tree.root.path}/${RECORD}`, JSON.stringify(record));
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

/** A volume that is gone for everybody; its files go when it is let go of. */
export type RetiredVolume = Disposable;

/**
 * Takes a volume away that no container has, whose caller makes sure of that.
 * A crash before its files are gone leaves what is swept later.
 *
 * @returns `"busy"` if somebody reads or writes all of it, `"missing"` if there
 * is none.
 */
export function retireVolume(
  store: Store,
  name: string,
): RetiredVolume | "busy" | "missing" {
  const path = volumePath(store, name);
  const doomed = `${store.volumes}/${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
  try {
    using undo = new DisposableStack();
    const lock = undo.use(openat(AT_FDCWD, path, OPEN_DIRECTORY));
    if (!tryLock(lock)) return "busy";
    Deno.renameSync(path, doomed);
    undo.move();
    return {
      [Symbol.dispose](): void {
        // Until then nobody else begins to sweep it.
        using _lock = lock;
        removePath(doomed);
      },
    };
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      isSyscallError(error, "ENOENT");
    if (isMissing) return "missing";
    throw error;
  }
}

/**
 * Keeps a volume from being removed while all of it is read or written by
 * somebody who is no container.
 *
 * @returns `undefined` if there is none.
 */
export function holdVolume(store: Store, name: string): Disposable | undefined {
  const path = volumePath(store, name);
  try {
    using undo = new DisposableStack();
    const lock = undo.use(openat(AT_FDCWD, path, OPEN_DIRECTORY));
    flock(lock.number, LOCK_SH);
    // It may have been removed while we waited.
    if (!isNamed(lock, path)) return undefined;
    undo.move();
    return lock;
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Removes what processes left that were killed over a volume. */
export function sweepVolumes({ volumes }: Store): void {
  sweepTemporaryTrees({ layers: volumes });
}
