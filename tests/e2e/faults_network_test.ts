/**
 * `kill -9` at any moment of getting into a network and out of it: after the
 * next command there is no device, rule, address, port or name left, and what
 * others have in the packet filter is as it was. `make faults` strikes longer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE } from "../support/cli.ts";
import {
  type Fault,
  FAULT_ROUNDS,
  NAME,
  pidsOf,
  SEED,
  strike,
} from "../support/faults.ts";
import { type NetworkPlace, networkTest } from "../support/network_place.ts";
import {
  deviceNames,
  foreignRules,
  networkRemains,
} from "../support/network_remains.ts";
import { Random } from "../support/random.ts";
import { remainsNow } from "../support/remains.ts";

const SLEEP = [IMAGE, "sleep", "1000"];
const NETWORK = ["--network", "one", "--network-alias", "alias"];
const FLAGS = ["--name", NAME, ...NETWORK, "-p", "8080:80", "-p", "81/udp"];
const RUN = ["run", "-d", ...FLAGS, ...SLEEP];

const FAULTS: Readonly<Record<string, Fault>> = {
  "the client of run -d": { kills: "client", words: RUN },
  "the monitor in run -d": { kills: "monitor", words: RUN },
  "everything in run -d": { kills: "all", words: RUN },
  "run in the foreground": {
    kills: "client",
    words: ["run", ...FLAGS, IMAGE, "sleep", "0.05"],
  },
  "the client of rm -f": {
    kills: "client",
    before: [RUN],
    words: ["rm", "-f", NAME],
  },
  "the monitor in rm -f": {
    kills: "monitor",
    before: [RUN],
    words: ["rm", "-f", NAME],
  },
  "the client of restart": {
    kills: "client",
    before: [RUN],
    words: ["restart", "-t", "0", NAME],
  },
  "network connect": {
    kills: "client",
    before: [RUN],
    words: ["network", "connect", "two", NAME],
    after: [["stop", "-t", "0", NAME], ["restart", "-t", "0", NAME], ["ps"]],
  },
  "network disconnect": {
    kills: "client",
    before: [RUN],
    words: ["network", "disconnect", "one", NAME],
  },
};

/** What others have made, in the packet filter. */
const FOREIGN = `
table inet theirs {
  chain input {
    type filter hook input priority 0;
    tcp dport 8080 accept comment "0123 published"
  }
}
table ip nat {
  chain POSTROUTING {
    type nat hook postrouting priority 90;
    ip saddr 10.99.0.0/16 masquerade
  }
}
`;

/** What is to be true after each round, with a neighbour who goes on. */
async function prepare(
  network: NetworkPlace,
): Promise<Pick<Fault, "known" | "spares" | "check">> {
  const { machine, place } = network;
  await Deno.writeTextFile(`${place.work}/foreign`, FOREIGN);
  network.onMachine("nft", "-f", `${place.work}/foreign`);
  const rules = foreignRules(machine);
  assert.match(rules, /masquerade/);
  await network.print("network", "create", "--subnet", "10.7.0.0/24", "one");
  await network.print("network", "create", "--subnet", "10.8.0.0/24", "two");
  const neighbour = await network.up("neighbour", "--network", "one");
  const known = new Set(await remainsNow(place));
  const devices = deviceNames(machine);
  const hostsFile = `${place.root}/containers/${neighbour.id}/files/hosts`;
  const hosts = await Deno.readTextFile(hostsFile);
  const check = async (): Promise<void> => {
    const territory = { machine, root: place.root, devices };
    assert.deepEqual(await networkRemains(territory), []);
    assert.equal(await Deno.readTextFile(hostsFile), hosts);
    assert.equal(foreignRules(machine), rules);
  };
  const spares = new Set(
    (["monitor", "init"] as const).flatMap((target) => pidsOf(place, target)),
  );
  assert.equal(spares.size, 2);
  return { known, spares, check };
}

for (const [what, fault] of Object.entries(FAULTS)) {
  networkTest(
    `kill -9 of ${what} leaves nothing in the network`,
    async (network) => {
      const more = await prepare(network);
      await strike(network.place, { ...fault, ...more });
      await network.exec("neighbour", "true");
      assertPrints(await network.tsdocker("system", "repair"), "Repaired: 0\n");
      await network.remove("neighbour");
    },
  );
}

networkTest(
  "kill -9 of network create and rm leaves none, or a whole one",
  async (network) => {
    const { machine, place } = network;
    const random = new Random(SEED);
    const create = ["network", "create", "--subnet", "10.9.0.0/24", "three"];
    const bridges = (): string[] =>
      deviceNames(machine).filter((name) => name.startsWith("tsd-"));
    for (let round = 0; round < 2 * FAULT_ROUNDS; round++) {
      const words = round % 2 === 0 ? create : ["network", "rm", "three"];
      if (round % 2 === 1) {
        await network.print(...create);
        // Only now there is a bridge.
        await network.print("run", "--rm", "--network", "three", IMAGE, "true");
      }
      const momentMs = random.next() * 120;
      const running = place.start(words);
      await new Promise((resolve) => setTimeout(resolve, momentMs));
      await running.killAnyway();
      const what = `FAULT_SEED=${SEED}, round ${round}, ${momentMs} ms`;
      const { code, stderr } = await network.tsdocker("network", "rm", "three");
      assert.ok(code === 0 || / three not found/.test(stderr), what + stderr);
      assert.deepEqual(bridges(), [], what);
      const rules = network.onMachine("nft", "list", "ruleset");
      assert.doesNotMatch(rules, /10\.9\.0\.0/, what);
    }
  },
);
