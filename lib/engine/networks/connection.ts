/**
 * Connects a container that is about to start to the networks of its
 * configuration. Nobody is let in before the rules are there, and nothing is
 * left if a step fails.
 *
 * @module
 */
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { openat } from "../../../ffi/calls/file.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { createNetworkNamespace } from "../../network/network_namespace.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { attachEndpoint, reserve } from "./endpoint.ts";
import { bindToHost } from "./host_binding.ts";
import { HostNetwork } from "./host_network.ts";
import { recordEndpointEvents } from "./network_event.ts";
import { updateNeighbours } from "./neighbours.ts";
import {
  type EndpointState,
  type NetworkState,
  writeNetworkState,
} from "./network_state.ts";
import type { NetworkPlace } from "./open_network.ts";
import { claimPorts, detourPorts, publishPorts } from "./published_ports.ts";
import { releaseNetworks } from "./release_networks.ts";

const NOTHING: NetworkState = { endpoints: [], ports: [] };

/** A container's networks while it starts. */
export class Connection implements NetworkPlace {
  state: NetworkState;
  /** Of its namespace; absent if it is to be born into one. */
  readonly path?: string;
  readonly #engine: Pick<Engine, "paths" | "warn">;
  readonly #config: ContainerConfig;
  readonly #kernel: HostNetwork;
  /** Descriptors. */
  readonly #open: DisposableStack;
  /** What is taken back unless it is kept. */
  readonly #undo: DisposableStack;

  /**
   * Connects it. One with a user namespace has to be born into its network
   * namespace, which would not be its own else: it is connected by
   * {@linkcode onBorn}.
   *
   * @throws {ConflictError} If a port or an address is taken.
   * @throws {NotFoundError} If a network has been removed.
   * @throws {NetlinkError} If the kernel refuses.
   */
  constructor(
    engine: Pick<Engine, "paths" | "warn">,
    config: ContainerConfig,
  ) {
    this.#engine = engine;
    this.#config = config;
    const { paths } = engine;
    using open = new DisposableStack();
    using undo = new DisposableStack();
    this.#kernel = open.use(new HostNetwork(paths));
    // It tells whoever comes after us that there is something to give back.
    writeNetworkState(paths, config.id, NOTHING);
    undo.defer(() => releaseNetworks(paths, config.id));
    const publish = bindToHost(paths, config, config.publish ?? []);
    const ports = claimPorts(paths, config.id, publish);
    const { hostname } = config;
    this.state = { hostname, endpoints: this.#reserveAll(), ports };
    writeNetworkState(paths, config.id, this.state);
    if (config.idMappings === undefined) {
      const namespace = open.use(createNetworkNamespace());
      this.#attach(namespace);
      this.path = `/proc/${Deno.pid}/fd/${namespace.number}`;
    }
    publishPorts(this.#kernel, config.id, this.state);
    updateNeighbours(paths, this.#networks());
    this.#undo = undo.move();
    this.#open = open.move();
  }

  #reserveAll(): EndpointState[] {
    const { paths, warn } = this.#engine;
    const { networks = [] } = this.#config;
    const endpoints: EndpointState[] = [];
    for (const [slot, endpoint] of networks.entries()) {
      const hasWay = endpoints.some(({ gateways }) => gateways.length > 0);
      const route = hasWay ? "none" : "default";
      const request = { config: this.#config, endpoint, slot, route } as const;
      const { state, notes } = reserve(paths, this.#kernel, request);
      endpoints.push(state);
      for (const note of notes) warn(note);
    }
    return endpoints;
  }

  #attach(namespace: Fd): void {
    const { paths } = this.#engine;
    const { id: container } = this.#config;
    const place = { paths, container, namespace };
    const endpoints = this.state.endpoints.map((endpoint) =>
      attachEndpoint(this.#kernel, place, endpoint)
    );
    this.state = { ...this.state, endpoints };
    writeNetworkState(paths, container, this.state);
    detourPorts(this.#kernel, container, this.state);
  }

  #networks(): string[] {
    return this.state.endpoints.map(({ network }) => network);
  }

  onBorn(pid: number): void {
    if (this.path !== undefined) return;
    const path = `/proc/${pid}/ns/net`;
    using namespace = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    this.#attach(namespace);
  }

  keep(): void {
    this.#undo.move();
    const { paths } = this.#engine;
    recordEndpointEvents(paths, this.#config.id, this.state, "connect");
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
    this.#open.dispose();
  }
}
