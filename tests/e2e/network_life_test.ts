/**
 * Addresses, ports and names through the life of a container: given back when
 * it ends, however that is, and taken again when it starts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, eventually, IMAGE, namesIn } from "../support/cli.ts";
import {
  MACHINE,
  type NetworkPlace,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { networkRemains } from "../support/network_remains.ts";
import { PeerServer } from "../support/peer_server.ts";

/** What the neighbours call a container, by their hosts files. */
async function isKnown(network: NetworkPlace, name: string): Promise<boolean> {
  const hosts = await network.exec("neighbour", "cat", "/etc/hosts");
  return hosts.split(/\s+/).includes(name);
}

/** Addresses and ports that are taken. */
async function leases({ place }: NetworkPlace): Promise<string[]> {
  const addresses = `${place.runRoot}/addresses`;
  const networks = await namesIn(addresses);
  const taken = await Promise.all(
    networks.map((id) => namesIn(`${addresses}/${id}`)),
  );
  return [...taken.flat(), ...await namesIn(`${place.runRoot}/ports`)];
}

async function answers(network: NetworkPlace): Promise<string | undefined> {
  const { namespace } = await network.look("web");
  const server = new PeerServer(namespace, 7000);
  const to = { address: MACHINE[4], port: 8080 };
  const seen = await server.ask(network.outside, to);
  await server[Symbol.asyncDispose]();
  network.release("web");
  return seen;
}

networkTest(
  "what stops gives back, what starts takes again",
  async (network) => {
    await network.up("neighbour");
    const withNobody = await leases(network);
    await network.up("web", "-p", "8080:7000");
    const withWeb = await leases(network);
    // An address of each version of IP, and a port.
    assert.equal(withWeb.length, withNobody.length + 3);
    assert.ok(await isKnown(network, "web"));
    await network.print("stop", "-t", "0", "web");
    assert.deepEqual(await leases(network), withNobody);
    assert.ok(!await isKnown(network, "web"));
    await network.print("start", "web");
    assert.deepEqual(await leases(network), withWeb);
    assert.equal(await answers(network), OUTSIDE[4]);
    assert.ok(await isKnown(network, "web"));
    await network.print("restart", "-t", "0", "web");
    assert.equal(await answers(network), OUTSIDE[4]);
    assertPrints(await network.tsdocker("rename", "web", "shop"), "");
    assert.ok(await isKnown(network, "shop"));
    assert.ok(!await isKnown(network, "web"));
    await network.remove("shop");
    assert.deepEqual(await leases(network), withNobody);
    assert.ok(!await isKnown(network, "shop"));
    await network.remove("neighbour");
  },
);

networkTest("a program that ends by itself gives back", async (network) => {
  await network.up("neighbour");
  const before = await leases(network);
  const flags = ["-p", "8080:80", "--network-alias", "alias"];
  await network.print("run", "--rm", ...flags, IMAGE, "true");
  await network.print("run", "--name", "web", ...flags, IMAGE, "true");
  await network.print("run", "-d", "--name", "later", ...flags, IMAGE, "true");
  assertPrints(await network.tsdocker("wait", "later"), "0\n");
  assert.deepEqual(await leases(network), before);
  const rules = network.onMachine("nft", "list", "ruleset");
  assert.doesNotMatch(rules, /8080/);
  assert.ok(!await isKnown(network, "alias"));
  await network.remove("neighbour", "web", "later");
});

networkTest("a restart policy keeps ports and names", async (network) => {
  await network.up("neighbour");
  await network.up("web", "--restart", "always", "-p", "8080:7000");
  const { pid } = await network.look("web");
  Deno.kill(pid, "SIGKILL");
  await eventually("it runs again", async () => {
    const format = ["-f", "{{.State.Status}} {{.State.Pid}}"];
    const text = await network.print("inspect", ...format, "web");
    return text.startsWith("running ") && text !== `running ${pid}\n` ||
      undefined;
  });
  assert.equal(await answers(network), OUTSIDE[4]);
  await network.exec("neighbour", "ping", "-c1", "-W5", "web");
  await network.remove("web", "neighbour");
});

networkTest("a killed keeper's network is cleared up", async (network) => {
  const { machine, place: { root } } = network;
  await network.up("web", "-p", "8080:7000");
  const running = network.place.start(
    ["run", "--name", "front", "-p", "8081:81", IMAGE, "sleep", "1000"],
  );
  await eventually("it runs", async () => {
    const { stdout } = await network.tsdocker("ps", "--format", "{{.Names}}");
    return stdout.includes("front") || undefined;
  });
  assert.equal(await running.killAnyway(), 137);
  await network.remove("web");
  // The foreground one is over, too.
  const { stdout } = await network.tsdocker("ps", "-q");
  assert.equal(stdout, "");
  assert.deepEqual(await networkRemains({ machine, root }), []);
  assert.deepEqual(await leases(network), []);
  await network.remove("front");
});

networkTest(
  "ports of before lead nowhere when the run root is wiped",
  async (network) => {
    const { place: { runRoot } } = network;
    const before = await network.up("web", "-p", "8080:7000");
    const text = await Deno.readTextFile(`/proc/${before.pid}/status`);
    const keeper = Number(/^PPid:\s*(\d+)$/m.exec(text)?.[1]);
    network.release("web");
    Deno.kill(keeper, "SIGKILL");
    await Deno.remove(runRoot, { recursive: true });
    // It gets the address that the other one had.
    await network.up("other");
    const rules = network.onMachine("nft", "list", "ruleset");
    assert.doesNotMatch(rules, /dport 8080/);
    await network.print("start", "web");
    const { namespace } = await network.look("web");
    const address = network.addressOf({ namespace });
    const found = network.onMachine("nft", "list", "ruleset");
    assert.ok(found.includes(`dport 8080 dnat ip to ${address}:7000`), found);
    await network.remove("web", "other");
  },
);

networkTest(
  "who shares a network is cut off with its owner",
  async (network) => {
    const { machine, place: { root } } = network;
    const web = await network.up("web");
    const address = network.addressOf(web);
    await network.up("sharer", "--network", "container:web");
    network.release("web", "sharer");
    await network.print("rm", "-f", "web");
    // The namespace goes on, but the address is given to the next one.
    assert.equal(network.addressOf(await network.up("next")), address);
    await network.up("other");
    const { stdout } = await network.tsdocker(
      "exec",
      "sharer",
      "ip",
      "-o",
      "link",
    );
    assert.doesNotMatch(stdout, /eth0/);
    await network.exec("other", "ping", "-c1", "-W5", "next");
    await network.remove("sharer", "next", "other");
    assert.deepEqual(await networkRemains({ machine, root }), []);
  },
);

networkTest("a network that is used is not removed", async (network) => {
  await network.print("network", "create", "one");
  const web = await network.up("web", "--network", "one");
  const refused = await network.tsdocker("network", "rm", "one");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /network one has active endpoints \(name:"[a-z_]+" id:"[0-9a-f]{12}"\)/,
  );
  await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
  assert.ok(network.addressOf(web));
  await network.remove("web");
  assertPrints(await network.tsdocker("network", "rm", "one"), "one\n");
  // No bridge is left of it, and no rule.
  assert.doesNotMatch(network.onMachine("ip", "-o", "link"), /tsd-/);
  const gone = await network.tsdocker(
    ...["run", "--rm", "--network", "one", IMAGE, "true"],
  );
  assert.equal(gone.code, 125);
  assert.match(gone.stderr, /network one not found/);
});

networkTest("a root that was deleted is repaired", async (network) => {
  const { root, runRoot } = network.place;
  await network.print("run", "--rm", IMAGE, "true");
  for (const directory of [`${root}/networks`, runRoot]) {
    await Deno.remove(directory, { recursive: true });
  }
  assert.match(network.onMachine("ip", "-o", "link"), /tsd-/);
  assert.match(
    await network.print("system", "repair"),
    /^Removed the bridge tsd-[0-9a-f]{11}: its network is gone$/m,
  );
  assert.doesNotMatch(network.onMachine("ip", "-o", "link"), /tsd-/);
  const again = await network.print("system", "repair");
  assert.match(again, /^Repaired: 0$/m);
});

networkTest(
  "what is refused says who has it, and leaves nothing",
  async (network) => {
    const web = await network.up("web", "-p", "8080:80");
    const address = network.addressOf(web);
    await network.print("network", "create", "--internal", "sealed");
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ["-p", "8080:80"],
        /^tsdocker: Cannot publish 0\.0\.0\.0:8080\/tcp: port is already allocated: container "web" has it\n\ntry: .*-p 80\n$/,
      ],
      [
        ["-p", "7000:80", "-p", "7000:81"],
        /^tsdocker: Cannot publish 0\.0\.0\.0:7000\/tcp: port is already allocated: the container itself has it twice\n\ntry: /,
      ],
      [
        ["-p", `${OUTSIDE[4]}:80:80`],
        /^tsdocker: Cannot publish on 192\.0\.2\.2: cannot assign requested address: .*\n\ntry: ip address, /,
      ],
      [
        ["--ip", address],
        /^tsdocker: Cannot use the address \S+: container "web" has it\n\ntry: /,
      ],
    ];
    for (const [flags, message] of cases) {
      const outcome = await network.tsdocker(
        ...["run", "--rm", "--name", "new", ...flags, IMAGE, "true"],
      );
      assert.match(outcome.stderr, message);
      assert.equal(outcome.code, 125);
    }
    const sealed = await network.tsdocker(
      ...["run", "--rm", "--network", "sealed", "-p", "81:80", IMAGE, "true"],
    );
    assert.match(
      sealed.stderr,
      /^tsdocker: warning: Published ports lead nowhere: network sealed is internal\n/m,
    );
    assert.equal(sealed.code, 0);
    const names = await network.print("ps", "-a", "--format", "{{.Names}}");
    assert.equal(names, "web\n");
    await network.remove("web");
  },
);
