/**
 * Connects a container that is about to start to the networks of its
 * configuration. Nobody is let in before the rules are there, and nothing is
 * left if a step fails.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import {
  createNetworkNamespace,
  openNetworkOfProcess,
} from "../../network/network_namespace.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { type NetworkMeans, reserve } from "./endpoint.ts";
import { HostNetwork } from "./host_network.ts";
import { recordEndpointEvents } from "./network_event.ts";
import {
  type EndpointState,
  type NetworkState,
  NO_NETWORKS,
  wayOut,
  writeNetworkState,
} from "./network_state.ts";
import type { NetworkPlace } from "./open_network.ts";
import { giveBack, type PortMeans } from "./release_networks.ts";
import { settledMeans } from "./settled_means.ts";

/** What a connection is made with. */
interface Tools {
  readonly kernel: HostNetwork;
  readonly means: NetworkMeans;
  /** Absent if it publishes none. */
  readonly ports: PortMeans | undefined;
}

/** A container's networks while it starts. */
export class Connection implements NetworkPlace {
  state: NetworkState;
  /** Of its namespace; absent if it is to be born into one. */
  readonly path?: string;
  readonly #engine: Pick<Engine, "paths" | "warn">;
  readonly #config: ContainerConfig;
  readonly #tools: Tools;
  /** Descriptors. */
  readonly #open: DisposableStack;
  /** What is taken back unless it is kept. */
  readonly #undo: DisposableStack;

  /**
   * Connects a container. One with a user namespace has to be born into its
   * network namespace, which would not be its own else: it is connected by
   * {@linkcode onBorn}. What is seldom needed is loaded when it is.
   *
   * @throws {ConflictError} If a port or an address is taken.
   * @throws {NotFoundError} If a network has been removed.
   * @throws {NetlinkError} If the kernel refuses.
   */
  static async open(
    engine: Pick<Engine, "paths" | "warn">,
    config: ContainerConfig,
  ): Promise<Connection> {
    const { paths } = engine;
    using undo = new DisposableStack();
    const kernel = undo.use(new HostNetwork(paths));
    const means = settledMeans(paths, kernel, config) ??
      (await import("./network_means.ts")).networkMeans(paths, kernel);
    const ports = (config.publish ?? []).length === 0
      ? undefined
      : await import("./published_ports.ts");
    const connection = new Connection(engine, config, { kernel, means, ports });
    undo.move();
    return connection;
  }

  /** Connects it; if it fails the conversations with the kernel go on. */
  private constructor(
    engine: Pick<Engine, "paths" | "warn">,
    config: ContainerConfig,
    tools: Tools,
  ) {
    this.#engine = engine;
    this.#config = config;
    this.#tools = tools;
    const { kernel, ports } = tools;
    const { paths } = engine;
    using open = new DisposableStack();
    using undo = new DisposableStack();
    // It tells whoever comes after us that there is something to give back.
    writeNetworkState(paths, config.id, NO_NETWORKS);
    undo.defer(() => giveBack(paths, config.id, ports));
    const { hostname } = config;
    const claimed = ports?.claimPorts(paths, config) ?? [];
    this.state = { hostname, endpoints: this.#reserveAll(), ports: claimed };
    writeNetworkState(paths, config.id, this.state);
    if (config.idMappings === undefined) {
      const namespace = open.use(createNetworkNamespace());
      this.#attach(namespace);
      this.path = `/proc/${Deno.pid}/fd/${namespace.number}`;
    }
    ports?.publishPorts(kernel, config.id, this.state);
    this.#undo = undo.move();
    this.#open = open.move();
    this.#open.use(kernel);
  }

  #reserveAll(): EndpointState[] {
    const { paths, warn } = this.#engine;
    const { means } = this.#tools;
    const { networks = [] } = this.#config;
    const endpoints: EndpointState[] = [];
    for (const [slot, endpoint] of networks.entries()) {
      const route = wayOut({ endpoints }) === undefined ? "default" : "none";
      const request = {
        ...{ config: this.#config, endpoint, slot, route } as const,
        ensure: means.ensure,
      };
      const { state, notes } = reserve(paths, request);
      endpoints.push(state);
      for (const note of notes) warn(note);
    }
    return endpoints;
  }

  #attach(namespace: Fd): void {
    const { paths } = this.#engine;
    const { id: container } = this.#config;
    const place = { paths, container, namespace };
    const { kernel, means, ports } = this.#tools;
    const before = this.state.endpoints;
    const endpoints = before.map((endpoint) => means.attach(place, endpoint));
    if (endpoints.some((endpoint, index) => endpoint !== before[index])) {
      this.state = { ...this.state, endpoints };
      writeNetworkState(paths, container, this.state);
    }
    ports?.detourPorts(kernel, container, this.state);
  }

  onBorn(pid: number): void {
    if (this.path !== undefined) return;
    using namespace = openNetworkOfProcess(pid);
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
