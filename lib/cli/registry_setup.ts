/**
 * Where this command line's registries are set up, from the environment.
 *
 * @module
 */
import {
  CERTIFICATE_DIRECTORIES,
  REGISTRIES_FILE,
} from "../base/host_paths.ts";
import type { RegistrySetup } from "../engine/images/registry_access.ts";
import type { Environment } from "./context.ts";

/**
 * The files about registries.
 *
 * `TSDOCKER_REGISTRIES` names the one about mirrors. `DOCKER_CONFIG` names the
 * directory of docker's configuration, which else is in the home directory: of
 * root under sudo(8), as for docker.
 */
export function registrySetupOf(env: Environment): RegistrySetup {
  const named = env.get("TSDOCKER_REGISTRIES") ?? "";
  return {
    registriesFile: named === "" ? REGISTRIES_FILE : named,
    isNamed: named !== "",
    dockerConfig: dockerConfigOf(env),
    certificateDirectories: CERTIFICATE_DIRECTORIES,
  };
}

function dockerConfigOf(env: Environment): string | undefined {
  const directory = env.get("DOCKER_CONFIG") ?? "";
  if (directory !== "") return directory;
  const home = env.get("HOME") ?? "";
  return home === "" ? undefined : `${home}/.docker`;
}
