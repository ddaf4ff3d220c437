/**
 * Unpacks an archive from stdin into a container.
 *
 * @module
 */
import { read } from "../../../ffi/calls/file.ts";
import { TarReader } from "../../storage/tar/reader.ts";
import type { Engine } from "../engine.ts";
import { archiveToContainer, type ContainerPath } from "./copy.ts";

const STDIN = 0;

/**
 * Unpacks what stdin brings into a directory of a container.
 *
 * @returns How many bytes the files have.
 * @throws {UsageError} If the directory is none.
 * @throws {NotFoundError} If there is no such container.
 * @throws {IntegrityError} If the archive is malformed or hostile.
 */
export async function unpackStdin(
  engine: Engine,
  target: ContainerPath,
): Promise<number> {
  using reader = new TarReader({
    read: (memory, offset, length) => read(STDIN, memory, { offset, length }),
  }, "-");
  const bytes = await archiveToContainer(engine, reader, target);
  // Whoever writes it may have more to say, and must not find nobody there.
  reader.drain();
  return bytes;
}
