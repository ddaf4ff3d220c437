/**
 * The containers that run in a network.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { isContainerId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { findProcess } from "../containers/look_up.ts";
import { readConfig } from "../containers/records.ts";
import { type EndpointState, readNetworkState } from "./network_state.ts";

/** A container's place in a network, and what it is called. */
export interface RunningEndpoint {
  /** The container's id. */
  readonly container: string;
  /** The container's name. */
  readonly name: string;
  readonly endpoint: EndpointState;
}

/**
 * The containers that run in a network.
 *
 * @param network Its id.
 */
export function runningEndpoints(
  paths: HostPaths,
  network: string,
): RunningEndpoint[] {
  return namesIn(paths.states).filter(isContainerId).flatMap((id) => {
    const endpoint = readNetworkState(paths, id)?.endpoints
      .find((one) => one.network === network);
    if (endpoint === undefined || findProcess(paths, id) === undefined) {
      return [];
    }
    const config = readConfig(paths, id);
    return config === undefined
      ? []
      : [{ container: id, name: config.name, endpoint }];
  });
}
