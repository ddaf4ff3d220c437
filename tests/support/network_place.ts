/**
 * A machine with two others on its wires, for tests of the built program and
 * its networks: each is a network namespace, so that the machine that the tests
 * run on never notices, and nothing can be left on it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { withinNetwork } from "../../lib/network/network_namespace.ts";
import { IMAGE, type Launcher, type Outcome, Place, useUp } from "./cli.ts";
import { makeNetworkNamespace, runIn } from "./network_namespace.ts";
import { networkRemains } from "./network_remains.ts";
import { setBridgeFilter } from "./network_scene.ts";
import { addGateways, joinByWire, openRoutes } from "./network_wire.ts";
import { rootTest } from "./root.ts";

/** The machine's addresses on the wire to the outside. */
export const MACHINE = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;

/** A host that knows no way to any subnet but its own. */
export const OUTSIDE = { 4: "192.0.2.2", 6: "2001:db8::2" } as const;

/** A host that sends whatever it does not know to the machine. */
export const INTRUDER = { 4: "198.51.100.2", 6: "2001:db8:1::2" } as const;

/** The machine's addresses on the wire to that one. */
export const MACHINE_TO_INTRUDER = {
  4: "198.51.100.1",
  6: "2001:db8:1::1",
} as const;

/** A container that runs. */
export interface RunningContainer {
  readonly name: string;
  readonly id: string;
  readonly pid: number;
  /** Its network. */
  readonly namespace: Fd;
}

/** What a test of networks may ask for. */
export interface NetworkTestOptions {
  readonly launchers?: readonly Launcher[];
  /** Whether what stays within bridges is filtered, as where docker is. */
  readonly bridgeFilter?: "on" | "off";
}

/** Whether each version of IP is passed on. */
const FORWARDING = [
  "/proc/sys/net/ipv4/ip_forward",
  "/proc/sys/net/ipv6/conf/all/forwarding",
] as const;

/** The machine, the others, and where the program has its files. */
export class NetworkPlace implements AsyncDisposable {
  /** Who holds on to a network keeps it, with its devices, from going. */
  readonly #held = new Map<string, DisposableStack>();

  private constructor(
    readonly place: Place,
    readonly machine: Fd,
    readonly outside: Fd,
    readonly intruder: Fd,
    readonly stack: DisposableStack,
  ) {}

  /** Makes them. The machine does not pass packets on yet. */
  static async make(
    launcher: Launcher,
    bridgeFilter: "on" | "off",
  ): Promise<NetworkPlace> {
    using stack = new DisposableStack();
    const machine = stack.use(makeNetworkNamespace());
    const outside = stack.use(makeNetworkNamespace());
    const intruder = stack.use(makeNetworkNamespace());
    joinByWire({
      namespace: machine,
      device: "wire0",
      addresses: [`${MACHINE[4]}/24`, `${MACHINE[6]}/64`],
    }, {
      namespace: outside,
      device: "eth0",
      addresses: [`${OUTSIDE[4]}/24`, `${OUTSIDE[6]}/64`],
    });
    joinByWire({
      namespace: machine,
      device: "wire1",
      addresses: [
        `${MACHINE_TO_INTRUDER[4]}/24`,
        `${MACHINE_TO_INTRUDER[6]}/64`,
      ],
    }, {
      namespace: intruder,
      device: "eth0",
      addresses: [`${INTRUDER[4]}/24`, `${INTRUDER[6]}/64`],
    });
    {
      using far = openRoutes(intruder);
      addGateways(far, [MACHINE_TO_INTRUDER[4], MACHINE_TO_INTRUDER[6]]);
    }
    withinNetwork(machine, () => {
      setBridgeFilter(bridgeFilter);
      for (const path of FORWARDING) Deno.writeTextFileSync(path, "0");
    });
    const place = await Place.make(launcher, {
      wrapper: [
        "/usr/bin/nsenter",
        `--net=/proc/${Deno.pid}/fd/${machine.number}`,
      ],
      env: { TSDOCKER_NETWORK: "bridge" },
    });
    return new NetworkPlace(place, machine, outside, intruder, stack.move());
  }

  /** Runs `tsdocker WORDS…` on the machine, without input. */
  tsdocker(...words: string[]): Promise<Outcome> {
    return this.place.tsdocker(...words);
  }

  /** Runs `tsdocker WORDS…`, which must work, whatever it warns of. */
  async print(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tsdocker(...words);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Runs a program in a container; it must work. */
  exec(container: string, ...words: string[]): Promise<string> {
    return this.print("exec", container, ...words);
  }

  /** Starts a container that does nothing until it is told to stop. */
  async up(name: string, ...flags: string[]): Promise<RunningContainer> {
    const words = ["-d", "--name", name, "--init", ...flags];
    await this.print("run", ...words, IMAGE, "sleep", "1000");
    return await this.look(name);
  }

  /** A container that runs, as it is now. */
  async look(name: string): Promise<RunningContainer> {
    const format = ["-f", "{{.Id}} {{.State.Pid}}"];
    const [id = "", pid = ""] = (await this.print("inspect", ...format, name))
      .trimEnd().split(" ");
    const held = this.#held.get(name) ?? new DisposableStack();
    this.#held.set(name, held);
    const path = `/proc/${pid}/ns/net`;
    const namespace = held.use(openat(AT_FDCWD, path, O_RDONLY));
    return { name, id, pid: Number(pid), namespace };
  }

  /** A container's address on one of its devices; it must have one. */
  addressOf(
    { namespace }: Pick<RunningContainer, "namespace">,
    { version = 4, device = "eth0" }: { version?: 4 | 6; device?: string } = {},
  ): string {
    const words = ["-o", `-${version}`, "addr", "show", "dev", device];
    const text = runIn(namespace, "ip", ...words, "scope", "global");
    const address = /inet6? ([0-9a-f.:]+)\//.exec(text)?.[1];
    assert.ok(address, `${device} has ${text}`);
    return address;
  }

  /** Lets go of the networks of containers that are about to end. */
  release(...names: string[]): void {
    for (const name of names) {
      this.#held.get(name)?.dispose();
      this.#held.delete(name);
    }
  }

  /** Removes containers, running or not. */
  async remove(...names: string[]): Promise<void> {
    this.release(...names);
    await this.print("rm", "-f", ...names);
  }

  /** Runs a program of this host on the machine. */
  onMachine(command: string, ...args: string[]): string {
    return runIn(this.machine, command, ...args);
  }

  /** Asserts that no container has left anything. */
  async assertNothingRemains(): Promise<void> {
    await this.place.assertNothingRemains();
    const { root } = this.place;
    assert.deepEqual(await networkRemains({ machine: this.machine, root }), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release(...this.#held.keys());
    await this.place[Symbol.asyncDispose]();
    this.stack.dispose();
  }
}

/**
 * Registers a test of networks: with a machine of its own, on which no
 * container may have left anything.
 *
 * @param name What it claims.
 */
export function networkTest(
  name: string,
  body: (network: NetworkPlace) => Promise<void>,
  { launchers = ["native"], bridgeFilter = "off" }: NetworkTestOptions = {},
): void {
  for (const launcher of launchers) {
    const suffix = launchers.length > 1 ? ` (${launcher})` : "";
    rootTest(`${name}${suffix}`, async () => {
      await useUp(await NetworkPlace.make(launcher, bridgeFilter), body);
    });
  }
}
