/**
 * Writes the files of a container as one archive.
 *
 * @module
 */
import { ownedInside } from "../../storage/entry_owners.ts";
import type { ByteString } from "../../storage/tar/byte_string.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { writeArchive } from "../../storage/tar/writer.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { openContainerLayers } from "./container_root.ts";

/** Without it: names begin with those of what is in the root directory. */
const ROOT = "" as ByteString;

/**
 * Writes a container's image with its own changes, without volumes and what
 * else is mounted in it, as a tar archive. It may be running.
 *
 * @param fd Where to.
 * @returns How many bytes the archive has.
 * @throws {NotFoundError} If there is no such container.
 * @throws {SyscallError} `EPIPE` if nobody reads it, `ENOSPC`, …
 */
export async function exportContainer(
  engine: Engine,
  reference: string,
  fd: number,
): Promise<number> {
  using container = await openContainerLayers(engine, reference);
  using reader = new TreeReader(container.root, { name: ROOT });
  const { config } = container;
  const bytes = writeArchive(
    mapEntries(reader, (entry) => ownedInside(entry, config.idMappings)),
    fd,
  );
  recordContainerEvent(engine.paths, config, { action: "export" });
  return bytes;
}
