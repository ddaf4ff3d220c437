/**
 * What a running container has of networks, to be changed while it runs.
 *
 * @module
 */
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { openNetworkOfProcess } from "../../network/network_namespace.ts";
import type { ContainerConfig } from "../container_config.ts";
import {
  type AttachmentPlace,
  type EndpointRequest,
  leasesOf,
  reserve,
} from "./endpoint.ts";
import { HostNetwork } from "./host_network.ts";
import { lockNeighbours } from "./neighbours.ts";
import type { EndpointConfig } from "./network_config.ts";
import {
  attachEndpoint,
  detachEndpoint,
  networkMeans,
} from "./network_means.ts";
import {
  type NetworkState,
  NO_NETWORKS,
  readNetworkState,
  wayOut,
  writeNetworkState,
} from "./network_state.ts";
import { republish } from "./republish.ts";
import { addWayOut, nextWayOut, removeWayOut } from "./way_out.ts";

/** A container that runs. */
export interface RunningContainer {
  readonly config: Pick<ContainerConfig, "id" | "hostname">;
  /** Of its process 1. */
  readonly pid: number;
}

/**
 * The networks of a container that runs; its configuration is locked. What a
 * method returns takes back what it has done when it is disposed of, before
 * this is.
 */
export class LiveNetwork implements Disposable {
  readonly #paths: HostPaths;
  readonly #id: ContainerId;
  #state: NetworkState;
  readonly #kernel: HostNetwork;
  readonly #namespace: Fd;

  /**
   * Opens its network namespace.
   *
   * @throws {InvalidStateError} If it has just ended.
   */
  constructor(paths: HostPaths, { config, pid }: RunningContainer) {
    const { id, hostname } = config;
    using undo = new DisposableStack();
    this.#paths = paths;
    this.#id = id;
    this.#state = readNetworkState(paths, id) ??
      { ...NO_NETWORKS, hostname };
    this.#kernel = undo.use(new HostNetwork(paths));
    this.#namespace = openNetworkOf(id, pid);
    undo.move();
  }

  /**
   * Connects it to one more network.
   *
   * @param inform Hears what was changed of this host for it.
   * @throws {NotFoundError} If the network has been removed.
   * @throws {ConflictError} If that has no address for it.
   * @throws {NetlinkError} If the kernel refuses; then nothing is left.
   */
  connect(
    request: Pick<EndpointRequest, "config" | "endpoint">,
    inform: (message: string) => void,
  ): DisposableStack {
    const [id, before, kernel] = [this.#id, this.#state, this.#kernel];
    const slot = freeSlot(before);
    const route = wayOut(before) === undefined ? "default" : "none";
    using undo = new DisposableStack();
    const { ensure } = networkMeans(this.#paths, kernel);
    const wanted = { ...request, slot, route, ensure } as const;
    // Who was killed over this before us may have left an address.
    leasesOf(this.#paths, request.endpoint.network).release(id);
    const { state, notes } = reserve(this.#paths, wanted);
    undo.defer(() => leasesOf(this.#paths, state.network).release(id));
    const attached = attachEndpoint(kernel, this.#place, state);
    undo.defer(() => detachEndpoint(kernel, this.#place, slot));
    const endpoints = [...before.endpoints, attached];
    undo.use(this.#change({ ...before, endpoints }));
    for (const note of notes) inform(note);
    return undo.move();
  }

  /**
   * Disconnects it from a network. If that was its way out, the next of its
   * networks that can be one becomes it. Its addresses there are the caller's to
   * release.
   *
   * @throws {NetlinkError} If the kernel refuses; then it is still connected.
   */
  disconnect({ network }: Pick<EndpointConfig, "network">): DisposableStack {
    const [before, kernel] = [this.#state, this.#kernel];
    using undo = new DisposableStack();
    const gone = before.endpoints.find((one) => one.network === network);
    // It has been connected while it was about to start.
    if (gone === undefined) return undo.move();
    const rest = before.endpoints.filter((one) => one !== gone);
    const next = nextWayOut(this.#paths, { endpoints: rest });
    const endpoints = rest.map((one) => one.slot === next?.slot ? next : one);
    detachEndpoint(kernel, this.#place, gone.slot);
    undo.defer(() => attachEndpoint(kernel, this.#place, gone));
    if (next !== undefined) {
      addWayOut(this.#namespace, next);
      undo.defer(() => removeWayOut(this.#namespace, next));
    }
    undo.use(this.#change({ ...before, endpoints }));
    return undo.move();
  }

  /**
   * Leads other ports of this host to it. To take and to release them is the
   * caller's.
   *
   * @param ports As `NetworkState` has them.
   * @throws {NetlinkError} If the kernel refuses; then nothing has changed.
   */
  publish(ports: readonly string[]): DisposableStack {
    return this.#change({ ...this.#state, ports });
  }

  /** What it has now. */
  get state(): NetworkState {
    return this.#state;
  }

  [Symbol.dispose](): void {
    this.#namespace[Symbol.dispose]();
    this.#kernel[Symbol.dispose]();
  }

  get #place(): AttachmentPlace {
    return {
      paths: this.#paths,
      container: this.#id,
      namespace: this.#namespace,
    };
  }

  /** Writes another state down, and leads published ports as it says. */
  #change(after: NetworkState): DisposableStack {
    const [id, before, kernel] = [this.#id, this.#state, this.#kernel];
    using undo = new DisposableStack();
    // Who renames a container changes its state, too.
    using _lock = lockNeighbours(this.#paths);
    this.#write(after);
    undo.defer(() => this.#write(before));
    republish(kernel, id, { before, after });
    undo.defer(() => republish(kernel, id, { before: after, after: before }));
    return undo.move();
  }

  #write(state: NetworkState): void {
    try {
      writeNetworkState(this.#paths, this.#id, state);
      this.#state = state;
    } catch (error) {
      // Its keeper has put its state away.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw notRunning(this.#id, error);
    }
  }
}

/**
 * Opens the network namespace of a running container.
 *
 * @param pid Of its process 1.
 * @throws {InvalidStateError} If it has just ended.
 */
export function openNetworkOf(id: ContainerId, pid: number): Fd {
  try {
    return openNetworkOfProcess(pid);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT", "ESRCH")) throw error;
    throw notRunning(id, error);
  }
}

function notRunning(id: ContainerId, cause: unknown): InvalidStateError {
  const message = `Container ${id} is not running`;
  return new InvalidStateError(id, "connect", "exited", message, { cause });
}

/** The lowest number that none of its devices has. */
function freeSlot({ endpoints }: NetworkState): number {
  const taken = new Set(endpoints.map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}
