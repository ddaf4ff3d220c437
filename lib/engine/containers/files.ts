/**
 * The files of `/etc` that every container has of its own.
 *
 * @module
 */
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import { translateId } from "../../oci/translate_id.ts";
import { formatHosts } from "../../network/hosts_file.ts";
import type { ContainerConfig } from "../container_config.ts";
import { OWN_FILES } from "../own_files.ts";

const FILE_MODE = 0o644;

/**
 * Writes `hostname`, `hosts` and `resolv.conf` into a container's directory,
 * from where they are mounted.
 *
 * @returns Their directory, absolute on the host.
 */
export function writeContainerFiles(
  directory: string,
  config: ContainerConfig,
): string {
  const path = `${directory}/files`;
  // It may have been started before.
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  const isHost = config.network === "host";
  const hosts = isHost ? readTextFileIfExists("/etc/hosts") : undefined;
  const texts: Readonly<Record<typeof OWN_FILES[number], string>> = {
    hostname: `${config.hostname}\n`,
    hosts: hosts ?? formatHosts(),
    "resolv.conf": readTextFileIfExists("/etc/resolv.conf") ?? "",
  };
  for (const name of OWN_FILES) write(`${path}/${name}`, texts[name]);
  giveToRoot(path, config);
  return path;
}

/** Where owners are not mapped while mounting, root inside is another user. */
function giveToRoot(
  path: string,
  { idMappings, layerOwners }: ContainerConfig,
): void {
  if (idMappings === undefined || layerOwners === "mapped") return;
  const uid = translateId(idMappings.uid, 0);
  const gid = translateId(idMappings.gid, 0);
  if (uid === undefined || gid === undefined) return;
  for (const name of OWN_FILES) Deno.chownSync(`${path}/${name}`, uid, gid);
}

function write(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  // The caller's umask may be strict; a container's users need to read them.
  Deno.chmodSync(path, FILE_MODE);
}
