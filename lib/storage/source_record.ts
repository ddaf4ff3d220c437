/**
 * What is known of archive files seen before: which layer each unpacks to, so
 * that a second `run` reads nothing of the archive. On the start path: few
 * system calls, no heavy import.
 *
 * @module
 */
import { type FileStatus, fstat, statat } from "../../ffi/calls/stat.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { type Digest, digestHex, isDigest } from "../base/digest.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { parseRecord } from "../base/parse_record.ts";

/** An unpacked layer in the store. */
export interface Layer {
  /** Digest of the uncompressed archive. */
  readonly diffId: Digest;
  /** Absolute path of its files: a lower directory for an overlay. */
  readonly directory: string;
}

/** An archive that has been read. */
export interface ReadSource {
  /** The archive, open. */
  readonly fd: number;
  /** When the reading of it began, in ms since 1970. */
  readonly readSinceMs: number;
}

/** What begins the findings in an archive of images; others are a digest. */
const IMAGES = "images ";

/** Where a layer is or will be. */
export function layerAt(paths: HostPaths, diffId: Digest): Layer {
  return { diffId, directory: `${paths.layers}/${digestHex(diffId)}` };
}

/**
 * The layer of an archive that was unpacked before and has not changed since.
 *
 * @param archive Path to the archive file.
 * @returns `undefined` if it has to be read.
 */
export function findLayer(
  paths: HostPaths,
  archive: string,
): Layer | undefined {
  const digest = readFindings(paths, archive);
  if (digest === undefined || !isDigest(digest)) return undefined;
  const layer = layerAt(paths, digest);
  return tryStat(layer.directory) === undefined ? undefined : layer;
}

/** An image that an archive has. */
export interface SourceImage {
  readonly manifest: Digest;
  /** What the archive calls it. */
  readonly names: readonly string[];
}

/**
 * The images of an archive that was loaded before and has not changed since.
 * They may have been removed from the store.
 *
 * @param archive Path to the archive file.
 * @returns `undefined` if it has to be read.
 */
export function findSourceImages(
  paths: HostPaths,
  archive: string,
): readonly SourceImage[] | undefined {
  const findings = readFindings(paths, archive);
  if (!findings?.startsWith(IMAGES)) return undefined;
  return parseRecord(findings.slice(IMAGES.length));
}

/**
 * What a record is about: the layer, or the manifests of the images, that an
 * archive was read to.
 *
 * @param record The text of one.
 * @returns None if it is damaged.
 */
export function digestsOfRecord(record: string): Digest[] {
  const [, findings = ""] = record.split("\n");
  if (isDigest(findings)) return [findings];
  if (!findings.startsWith(IMAGES)) return [];
  const images = parseRecord<SourceImage[]>(findings.slice(IMAGES.length));
  return (images ?? []).map(({ manifest }) => manifest);
}

/** What was found in an archive, if it has not changed since. */
function readFindings(paths: HostPaths, archive: string): string | undefined {
  const status = tryStat(archive);
  if (status === undefined) return undefined;
  const record = readRecord(`${paths.sources}/${sourceKey(status)}`);
  const [version, findings] = record?.split("\n") ?? [];
  return version === describeVersion(status) ? findings : undefined;
}

/**
 * Remembers which layer an archive unpacks to, unless a change to it could
 * have gone unnoticed: file systems count time in steps, so a file written
 * twice within one step shows the same times (git calls it racily clean).
 *
 * @param diffId The layer.
 */
export function recordSource(
  paths: HostPaths,
  source: ReadSource,
  diffId: Digest,
): void {
  record(paths, source, diffId);
}

/** Remembers which images an archive has, as {@linkcode recordSource} does. */
export function recordSourceImages(
  paths: HostPaths,
  source: ReadSource,
  images: readonly SourceImage[],
): void {
  record(paths, source, IMAGES + JSON.stringify(images));
}

function record(paths: HostPaths, source: ReadSource, findings: string): void {
  const status = fstat(source.fd);
  const { seconds, nanoseconds } = status.changed;
  const ageMs = source.readSinceMs - (seconds * 1000 + nanoseconds / 1e6);
  // The kernel's clock ticks at 100 Hz or more; FAT and some servers every 2 s.
  const stepMs = nanoseconds === 0 ? 2000 : 20;
  if (ageMs <= stepMs) return;
  const path = `${paths.sources}/${sourceKey(status)}`;
  const temporary = `${path}.${Deno.pid}`;
  const text = `${describeVersion(status)}\n${findings}\n`;
  Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
  Deno.renameSync(temporary, path);
}

/** File name of a source's record and, with a suffix, of its lock. */
export function sourceKey(status: FileStatus): string {
  const { deviceMajor, deviceMinor, inode } = status;
  return `${deviceMajor}-${deviceMinor}-${inode}`;
}

/** What differs after any change to the file. */
function describeVersion({ sizeBytes, modified, changed }: FileStatus): string {
  return [
    sizeBytes,
    `${modified.seconds}.${modified.nanoseconds}`,
    `${changed.seconds}.${changed.nanoseconds}`,
  ].join(" ");
}

/** Status of a path, `undefined` if it cannot be had. */
export function tryStat(path: string): FileStatus | undefined {
  try {
    return statat(AT_FDCWD, path);
  } catch (error) {
    // Whoever opens it finds out what else is wrong with it.
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}

function readRecord(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
