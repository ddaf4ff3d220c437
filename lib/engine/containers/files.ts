/**
 * The files of `/etc` that every container has of its own.
 *
 * @module
 */
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { translateId } from "../../oci/translate_id.ts";
import type { ContainerConfig } from "../container_config.ts";
import { hostsText, resolvConfText } from "../networks/name_files.ts";
import { introduce } from "../networks/neighbours.ts";
import { sharedContainer } from "../networks/network_mode.ts";
import { type NetworkState, wayOut } from "../networks/network_state.ts";
import { OWN_FILES } from "../own_files.ts";
import { containerDirectory, readConfig } from "./records.ts";

const FILE_MODE = 0o644;

/** What the files depend on besides the configuration. */
export interface ContainerFilesInput {
  /** What the container is about to have of its networks. */
  readonly state: NetworkState | undefined;
  /** Hears that the host tells of no name server. */
  warn(message: string): void;
}

/**
 * The directory of the files that a container has on its `/etc`. Who shares a
 * network of another container is there by that one's names, and so has those
 * of the other: what is changed in them is changed for both.
 *
 * @returns Absolute on the host; it need not be there.
 */
export function filesDirectory(
  paths: HostPaths,
  { id, network }: Pick<ContainerConfig, "id" | "network">,
): string {
  const shared = sharedContainer(network);
  if (shared === undefined) return `${containerDirectory(paths, id)}/files`;
  const other = readConfig(paths, shared);
  return filesDirectory(paths, other ?? { id: shared, network: "none" });
}

/**
 * Writes `hostname`, `hosts` and `resolv.conf` into a container's directory,
 * from where they are mounted; but nothing for who shares another container's
 * network, and so has its files. Its neighbours are told of it.
 *
 * @returns Their directory, absolute on the host.
 */
export function writeContainerFiles(
  paths: HostPaths,
  config: ContainerConfig,
  { state, warn }: ContainerFilesInput,
): string {
  const path = filesDirectory(paths, config);
  if (sharedContainer(config.network) !== undefined) return path;
  // It may have been started before.
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  write(`${path}/hostname`, `${config.hostname}\n`);
  const input = { state, readFile: readTextFileIfExists };
  const { text, source } = resolvConfText(config, input);
  if (source === "public" && hasWayOut(state)) warn(PUBLIC_SERVERS);
  write(`${path}/resolv.conf`, text);
  const writeHosts = (kept: string): void =>
    write(`${path}/hosts`, hostsText(config, input, kept));
  if (state === undefined) writeHosts("");
  else introduce(paths, { id: config.id, state }, writeHosts);
  giveToRoot(path, config);
  return path;
}

const PUBLIC_SERVERS =
  "The host tells of no name server that a container can reach: 8.8.8.8 and 8.8.4.4 are asked; others with --dns ADDRESS";

function hasWayOut(state: NetworkState | undefined): boolean {
  return state !== undefined && wayOut(state) !== undefined;
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

/**
 * Writes a new file. The one of the last start may still be mounted, by a
 * container that shared the network: which could have leased it, or run it as
 * a program, and writing to it would wait or fail.
 */
function write(path: string, text: string): void {
  // Exactly this mode: the caller's umask may be strict, and a container's
  // users need to read them.
  const options = { createNew: true, mode: FILE_MODE };
  try {
    Deno.writeTextFileSync(path, text, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, text, options);
  }
}
