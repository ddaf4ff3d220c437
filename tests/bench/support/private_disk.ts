/**
 * A file system for a benchmark alone, new and with a journal: how long files
 * take to make also depends on what has been removed before, by others too.
 *
 * @module
 * @see ext4(5), mount(8)
 */
import { isAgain, runAgain } from "./again.ts";
import { outputOf, Scratch } from "./contender.ts";

/** What is never written to takes no room. */
const DISK_BYTES = 32 * 1024 ** 3;

/** Where all that is measured keeps its files. */
const PLACE = "/var/tmp";

/**
 * Runs a benchmark in a mount namespace where `/var/tmp` is an empty ext4 of
 * its own, kept in a file: everything is gone with it.
 *
 * @param namespaces Flags of unshare(1) for further namespaces.
 */
export async function onPrivateDisk(
  benchmark: () => Promise<void>,
  namespaces: readonly string[] = [],
): Promise<void> {
  if (isAgain()) return await benchmark();
  await using scratch = await Scratch.make();
  const disk = `${scratch.path}/disk`;
  await Deno.writeFile(disk, new Uint8Array());
  await Deno.truncate(disk, DISK_BYTES);
  await outputOf("mkfs.ext4", "-q", disk);
  await runAgain([
    ...["unshare", "--mount", "--propagation", "private", ...namespaces],
    ...["sh", "-c", `mount -o loop "$0" ${PLACE} && exec "$@"`, disk],
  ]);
}
