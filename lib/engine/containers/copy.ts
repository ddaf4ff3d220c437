/**
 * Copies files out of containers and into them.
 *
 * Numbers of owners are kept on the way in, as the container sees them. On the
 * way out files belong to the caller, and lose what a container could use
 * against the host: set-user-id bits, capabilities, device nodes; unless
 * everything is asked for.
 *
 * @module
 */
import { fstat, isSameFile } from "../../../ffi/calls/stat.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { HostError, NotFoundError } from "../../base/errors.ts";
import { asFileMaker } from "../../runtime/rootfs/file_maker.ts";
import { ownedInside, ownedOutside } from "../../storage/entry_owners.ts";
import { isKernelFileSystem } from "../../storage/kernel_file_system.ts";
import { byteString } from "../../storage/tar/byte_string.ts";
import type { EntrySource } from "../../storage/tar/entry.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { writeArchive } from "../../storage/tar/writer.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import { writeTree } from "../../storage/tree_writer.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { type ContainerRoot, openContainerRoot } from "./container_root.ts";
import { harmlessEntry } from "./harmless_entry.ts";
import {
  containerFiles,
  type CopySource,
  findSource,
  findTarget,
  HOST_FILES,
  openDirectory,
} from "./copy_place.ts";

/** A path in a container. */
export interface ContainerPath {
  /** The container, as `findContainer` takes it. */
  readonly reference: string;
  /** Beginning at the container's root, with or without a slash. */
  readonly path: string;
}

/** How files are copied. */
export interface CopyOptions {
  /** Whether a symbolic link is copied, or what it leads to. */
  readonly links: "copy" | "follow";
}

/** How files are copied to the host. */
export interface ExtractOptions extends CopyOptions {
  /** Whether they belong to the caller and are harmless, or are as they were. */
  readonly attributes: "harmless" | "all";
}

/**
 * Copies a file or a directory of a container to the host.
 *
 * @param target Where to, relative to the engine's directory or absolute.
 * @returns How many bytes the files have.
 * @throws {NotFoundError} If the container, the file, or the directory to put
 * it in is missing.
 * @throws {ConflictError} If a directory would replace a file, or a file one.
 */
export async function copyFromContainer(
  engine: Engine,
  source: ContainerPath,
  target: string,
  { links, attributes }: ExtractOptions,
): Promise<number> {
  using container = await openContainerRoot(engine, source.reference);
  const found = findIn(container, source, links);
  using _top = found.top;
  const place = findTarget(HOST_FILES, absolute(engine.cwd, target), found);
  using root = place.root;
  using reader = readIn(container, { ...found, name: place.name });
  const maker = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  const arriving = mapEntries(
    reader,
    (entry) =>
      attributes === "all"
        ? ownedInside(entry, container.config.idMappings)
        : harmlessEntry(entry, { maker, warn: engine.warn }),
  );
  const bytes = writeTree(arriving, {
    root: root.number,
    label: target,
    maker,
  });
  recordCopy(engine, container);
  return bytes;
}

/**
 * Writes a file or a directory of a container as a tar archive.
 *
 * @param fd Where to.
 * @returns How many bytes the archive has.
 * @throws {NotFoundError} If the container or the file is missing.
 */
export async function archiveFromContainer(
  engine: Engine,
  source: ContainerPath,
  { fd, links }: CopyOptions & { readonly fd: number },
): Promise<number> {
  using container = await openContainerRoot(engine, source.reference);
  const found = findIn(container, source, links);
  using _top = found.top;
  using reader = readIn(container, found);
  const { idMappings } = container.config;
  const bytes = writeArchive(
    mapEntries(reader, (entry) => ownedInside(entry, idMappings)),
    fd,
  );
  recordCopy(engine, container);
  return bytes;
}

/**
 * Copies a file or a directory of the host into a container.
 *
 * @param source What, relative to the engine's directory or absolute.
 * @returns How many bytes the files have.
 * @throws {NotFoundError} If the container, the file, or the directory to put
 * it in is missing.
 * @throws {ConflictError} If a directory would replace a file, or a file one.
 */
export async function copyToContainer(
  engine: Engine,
  source: string,
  target: ContainerPath,
  { links }: CopyOptions,
): Promise<number> {
  const found = findSource(HOST_FILES, absolute(engine.cwd, source), links);
  using top = found.top;
  using container = await openContainerRoot(engine, target.reference);
  const files = containerFiles(container.root, target.reference);
  const place = findTarget(files, target.path, found);
  using root = place.root;
  using reader = new TreeReader(top, { name: place.name });
  const bytes = writeInto(container, reader, {
    root: root.number,
    label: `${target.reference}:${target.path}`,
  });
  recordCopy(engine, container);
  return bytes;
}

/**
 * Unpacks files into a directory of a container.
 *
 * @param source What an archive holds.
 * @returns How many bytes the files have.
 * @throws {NotFoundError} If the container or the directory is missing.
 * @throws {IntegrityError} If the archive is malformed or hostile.
 */
export async function archiveToContainer(
  engine: Engine,
  source: EntrySource,
  target: ContainerPath,
): Promise<number> {
  using container = await openContainerRoot(engine, target.reference);
  const files = containerFiles(container.root, target.reference);
  const label = `${target.reference}:${target.path}`;
  const path = new TextEncoder().encode(target.path);
  using root = openDirectory(files, byteString(path, 0, path.length));
  if (root === undefined) {
    throw new NotFoundError(`destination "${label}" must be a directory`);
  }
  const bytes = writeInto(container, source, { root: root.number, label });
  recordCopy(engine, container);
  return bytes;
}

function findIn(
  { root }: ContainerRoot,
  { reference, path }: ContainerPath,
  links: CopyOptions["links"],
): CopySource {
  const source = findSource(containerFiles(root, reference), path, links);
  if (!isKernelFileSystem(source.top)) return source;
  source.top[Symbol.dispose]();
  // Its files say that they are empty; what can be read is made up meanwhile.
  throw new HostError(
    `Cannot copy "${path}": it shows the kernel and is no file of the container`,
    { advice: `tsdocker exec ${reference} cat ${path}` },
  );
}

/** Devices are those of the runtime, not files of the container. */
function readIn({ root }: ContainerRoot, source: CopySource): TreeReader {
  const { top, name } = source;
  if (!isSameDirectory(root, top)) return new TreeReader(top, { name });
  return new TreeReader(top, {
    name,
    isPassedBy: (entry) => entry === `${name}/dev`,
  });
}

/** Makes files as the container's root user. */
function writeInto(
  { config, maker }: ContainerRoot,
  source: EntrySource,
  target: { readonly root: number; readonly label: string },
): number {
  const arriving = mapEntries(
    source,
    (entry) => ownedOutside(entry, config.idMappings),
  );
  return asFileMaker(maker, () => writeTree(arriving, { ...target, maker }));
}

function recordCopy({ paths }: Engine, { config }: ContainerRoot): void {
  recordContainerEvent(paths, config, { action: "copy" });
}

function absolute(cwd: string, path: string): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`;
}

function isSameDirectory(a: Fd, b: Fd): boolean {
  return isSameFile(fstat(a.number), fstat(b.number));
}
