/**
 * Hosts for engines that make bridges and rules: network namespaces of their
 * own, so that neither this machine's network nor another engine's rules have
 * a part in it.
 *
 * @module
 * @see network_namespaces(7)
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { BridgedEngine, Engine } from "./engines.ts";
import { onPrivateDisk } from "./private_disk.ts";
import {
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";

/** Where podman keeps network namespaces, and its plugins their leases. */
const SHARED_DIRECTORIES = ["/run/netns", "/var/lib/cni"];

/**
 * Runs a benchmark on a disk of its own and in a network namespace of its own:
 * what is made there by mistake ends with it.
 */
export async function inPrivateNamespaces(
  benchmark: () => Promise<void>,
): Promise<void> {
  await onPrivateDisk(async () => {
    for (const directory of SHARED_DIRECTORIES) hide(directory);
    await benchmark();
  }, ["--net"]);
}

/** Puts an empty directory over another one, if that is there. */
function hide(directory: string): void {
  try {
    Deno.statSync(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const { success, stderr } = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "tmpfs", directory],
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A machine for one engine, and another machine on its wire. */
export class PrivateHost implements Disposable {
  readonly #stack = new DisposableStack();
  readonly namespace: Fd;
  /** The other machine. */
  readonly outside: Fd;
  /** Where the other machine, and the host itself, reach it. */
  readonly address = "192.0.2.1";

  constructor() {
    this.namespace = this.#stack.use(makeNetworkNamespace());
    this.outside = this.#stack.use(makeNetworkNamespace());
    const far = `/proc/${Deno.pid}/fd/${this.outside.number}`;
    this.#ip("link", "add", "wire", "type", "veth", "peer", "name", "eth0");
    this.#ip("link", "set", "eth0", "netns", far);
    this.#ip("address", "add", `${this.address}/24`, "dev", "wire");
    this.#ip("link", "set", "lo", "up");
    this.#ip("link", "set", "wire", "up");
    runIn(this.outside, "ip", "link", "set", "eth0", "up");
    runIn(this.outside, "ip", "address", "add", "192.0.2.2/24", "dev", "eth0");
    runIn(this.outside, "ip", "route", "add", "default", "via", this.address);
  }

  #ip(...words: readonly string[]): void {
    runIn(this.namespace, "ip", ...words);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** An engine, and the host that it has for itself. */
export interface PlacedEngine {
  readonly engine: Engine;
  readonly host: PrivateHost;
}

/**
 * Makes an engine in a host of its own.
 *
 * @param stack Ends both, the engine first.
 */
export async function placeEngine(
  stack: AsyncDisposableStack,
  make: (place: BridgedEngine) => Promise<Engine>,
): Promise<PlacedEngine> {
  const host = stack.use(new PrivateHost());
  const engine = stack.use(await make({ host: host.namespace }));
  return { engine, host };
}
