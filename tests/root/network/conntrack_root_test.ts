/**
 * A client of UDP that keeps sending from one port reaches who has the port or
 * the address now, not who had it when it began.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bindInet } from "../../../ffi/calls/inet_socket.ts";
import { readSync } from "../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import type { Fd } from "../../../ffi/fd.ts";
import {
  forgetConnections,
  forgetEarlierConnections,
} from "../../../lib/network/conntrack/forget_connections.ts";
import {
  listConnections,
  readConnection,
} from "../../../lib/network/conntrack/connection_requests.ts";
import {
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
} from "../../../lib/network/ip_address.ts";
import {
  publicationRules,
  type PublishedContainer,
} from "../../../lib/network/nftables/publication_rules.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { removeRulesOf, settleRules } from "../../../lib/network/own_filter.ts";
import { connectsFrom, runIn } from "../../support/network_namespace.ts";
import { HOST, NetworkScene, OUTSIDE } from "../../support/network_scene.ts";
import { rootTest } from "../../support/root.ts";

const VERSIONS = [4, 6] as const;
const ADDRESSES = {
  old: { 4: "10.7.0.2", 6: "fd00:7::2" },
  next: { 4: "10.7.0.3", 6: "fd00:7::3" },
} as const;
type Who = keyof typeof ADDRESSES;

function addressesOf(who: Who): IpAddress[] {
  return VERSIONS.map((version) => {
    const address = parseIpAddress(ADDRESSES[who][version]);
    assert.ok(address);
    return address;
  });
}

const published = (who: Who): PublishedContainer => ({
  id: who,
  addresses: addressesOf(who),
  publications: [{
    protocol: "udp",
    hostPorts: { first: 5353, last: 5353 },
    containerPorts: { first: 53, last: 53 },
  }],
});

function publish(scene: NetworkScene, who: Who): void {
  const rules = publicationRules(published(who));
  settleRules(scene.table, (owner) => owner === who, rules);
}

function withdraw(scene: NetworkScene, who: Who): void {
  removeRulesOf(scene.table, (owner) => owner === who);
}

function addTo(scene: NetworkScene, who: Who): Fd {
  const { 4: first, 6: second } = ADDRESSES[who];
  return scene.addContainer(
    who === "old" ? "aaaaaaaaaaa" : "bbbbbbbbbbb",
    "tsd0",
    {
      addresses: [`${first}/24`, `${second}/64`],
      gateways: ["10.7.0.1", "fd00:7::1"],
    },
  );
}

/** A server of UDP on port 53. */
function serve(namespace: Fd, version: 4 | 6): Fd {
  const address = new Uint8Array(version === 4 ? 4 : 16);
  return withinNetwork(
    namespace,
    () => bindInet({ protocol: "udp", address, port: 53 }),
  );
}

/** A program that sends when a line is written to it, always from one port. */
class Client implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  constructor(from: Fd, readonly version: 4 | 6) {
    // Until they know each other, datagrams wait, which take longer than we do.
    connectsFrom(from, HOST[version], 1);
    // A refusal of what was sent before is told of the next, which is lost.
    const script = `exec 3<>/dev/udp/${HOST[version]}/5353
      while read word; do printf $word >&3 || printf $word >&3; echo; done`;
    const settings: Deno.CommandOptions = {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    };
    this.#child = withinNetwork(
      from,
      () => new Deno.Command("bash", settings).spawn(),
    );
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
  }

  /** Sends, and tells whether a server gets it. */
  async reaches(server: Fd, timeoutMs: number): Promise<boolean> {
    await this.#input.write(new TextEncoder().encode("hello\n"));
    await this.#output.read();
    const [ready] = await waitReadable([server], timeoutMs);
    if (ready === undefined) return false;
    readSync(ready, new Uint8Array(100));
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#child.status;
  }
}

function makeScene(): NetworkScene {
  const scene = new NetworkScene();
  const addresses = ["10.7.0.1/24", "fd00:7::1/64"];
  scene.addNetwork({ bridge: "tsd0", addresses });
  return scene;
}

for (const version of VERSIONS) {
  rootTest(
    `a container gets the datagrams to a port another one had, IPv${version}`,
    async () => {
      using scene = makeScene();
      const { filter } = scene.table;
      publish(scene, "old");
      using old = serve(addTo(scene, "old"), version);
      await using client = new Client(scene.outside, version);
      assert.ok(await client.reaches(old, 2000));
      withdraw(scene, "old");
      publish(scene, "next");
      using next = serve(addTo(scene, "next"), version);
      assert.ok(!await client.reaches(next, 300), "the kernel remembers");
      assert.equal(forgetConnections(filter, published("next")), 0);
      assert.equal(forgetConnections(filter, published("old")), 1);
      assert.ok(await client.reaches(next, 2000));
    },
  );

  rootTest(
    `a container gets the datagrams to a port nobody had, IPv${version}`,
    async () => {
      using scene = makeScene();
      const { links, table: { filter } } = scene;
      const namespace = addTo(scene, "next");
      using next = serve(namespace, version);
      await using client = new Client(scene.outside, version);
      assert.ok(!await client.reaches(next, 300));
      publish(scene, "next");
      assert.ok(!await client.reaches(next, 300), "the kernel remembers");
      const forgets = (): number =>
        forgetEarlierConnections({ filter, links }, published("next"));
      assert.equal(forgets(), 1);
      assert.ok(await client.reaches(next, 2000));
      // What leads to the container stays.
      assert.equal(forgets(), 0);
    },
  );
}

rootTest("datagrams to others through this machine stay what they are", () => {
  using scene = makeScene();
  const { links, table: { filter } } = scene;
  const namespace = addTo(scene, "old");
  connectsFrom(namespace, OUTSIDE[4], 1);
  runIn(namespace, "bash", "-c", `printf x >/dev/udp/${OUTSIDE[4]}/5353`);
  const asked = { version: 4, direction: "original", protocol: 17 } as const;
  const seen = (): (string | undefined)[] =>
    filter.list(listConnections(asked)).map(readConnection)
      .map((found) => found && formatIpAddress(found.reply.destination));
  assert.deepEqual(seen(), [HOST[4]]);
  assert.equal(
    forgetEarlierConnections({ filter, links }, published("next")),
    0,
  );
  assert.deepEqual(seen(), [HOST[4]]);
  assert.equal(forgetConnections(filter, published("old")), 0);
});
