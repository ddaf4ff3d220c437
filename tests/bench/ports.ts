// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * A hundred published ports: how long a container with them takes to start and
 * to be removed, and what they put on the host, against other engines:
 * `deno run -A tests/bench/ports.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { burdenOf, memoryMb } from "./support/burden.ts";
import { type Absentee, type Command, perform } from "./support/contender.ts";
import {
  dockerEngine,
  type Engine,
  ifInstalled,
  isPresent,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import {
  inPrivateNamespaces,
  type PlacedEngine,
  placeEngine,
} from "./support/private_host.ts";
import { summarize } from "./support/race.ts";
import { table } from "./support/report.ts";
import { verdict } from "./support/results.ts";

const ROUNDS = 3;
const COUNT = 100;
const FIRST = 20_000;
const NAME = "bench";
/** When a monitor has given back what its start has taken. */
const IDLE_MS = 3000;

/** What is published, and the flags for it. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["no port", []],
  ["a range of 100", [
    "-p",
    `${FIRST}-${FIRST + COUNT - 1}:${FIRST}-${FIRST + COUNT - 1}`,
  ]],
  [
    "100 apart",
    // Only every other one: neighbours could be made a range.
    Array.from({ length: COUNT }, (_, index) => FIRST + 2 * index)
      .flatMap((port) => ["-p", `${port}:${port}`]),
  ],
]);

/** How long a container takes, in ms. */
interface Times {
  readonly start: number;
  readonly remove: number;
}

/** What a container puts on its host. */
interface Weight {
  readonly rules: number;
  readonly elements: number;
  readonly processes: number;
  readonly memoryMb: number;
}

async function timeOf(command: Command): Promise<number> {
  const start = performance.now();
  await perform(command);
  return performance.now() - start;
}

function startOf(engine: Engine, flags: readonly string[]): Command {
  return engine.run(["-d", "--name", NAME, ...flags], ["sleep", "1000000"]);
}

/** Starts a container and removes it. */
async function timeBoth(
  { engine }: PlacedEngine,
  flags: readonly string[],
): Promise<Times> {
  const start = await timeOf(startOf(engine, flags));
  return { start, remove: await timeOf(engine.remove(NAME)) };
}

/** Looks at what there is on the host because of a container. */
async function weigh(
  { engine, host: { namespace } }: PlacedEngine,
  flags: readonly string[],
): Promise<Weight> {
  const before = await burdenOf(namespace);
  await perform(startOf(engine, flags));
  try {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const during = await burdenOf(namespace);
    const added = during.pids.difference(before.pids);
    return {
      rules: during.rules - before.rules,
      elements: during.elements - before.elements,
      processes: added.size,
      memoryMb: await memoryMb(added),
    };
  } finally {
    await perform(engine.remove(NAME));
  }
}

/** What is measured of an engine with one kind of ports. */
interface Case {
  readonly name: string;
  readonly placed: PlacedEngine;
  readonly flags: readonly string[];
  readonly times: Times[];
}

/** All cases in turns. */
async function race(cases: readonly Case[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { placed, flags, times } of cases) {
      times.push(await timeBoth(placed, flags));
    }
  }
}

async function row(
  { name, placed, flags, times }: Case,
): Promise<{ cells: string[]; weight: Weight }> {
  const ms = (of: keyof Times): string =>
    `${summarize(times.map((one) => one[of])).median.toFixed(0)} ms`;
  const weight = await weigh(placed, flags);
  const { rules, elements, processes, memoryMb: mb } = weight;
  return {
    cells: [
      ...[name, ms("start"), ms("remove")],
      ...[rules, elements, processes].map(String),
      `${mb.toFixed(1)} MB`,
    ],
    weight,
  };
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const image = imagePath();
  await using stack = new AsyncDisposableStack();
  const ours = await placeEngine(
    stack,
    (place) => tsdockerEngine(programPath(), image, "native", place),
  );
  const entries: (PlacedEngine | Absentee)[] = [
    ours,
    await ifInstalled(
      ["podman", "runc"],
      () => placeEngine(stack, (place) => podmanEngine(image, place)),
    ),
    await ifInstalled(
      ["docker", "dockerd"],
      () => placeEngine(stack, (place) => dockerEngine(image, place)),
    ),
  ];
  const present = entries.filter(isPresent);
  // Images are unpacked, and bridges made.
  for (const placed of present) await timeBoth(placed, []);
  const cases = present.flatMap((placed) =>
    [...KINDS].map(([kind, flags]): Case => ({
      name: `${placed.engine.name}, ${kind}`,
      placed,
      flags,
      times: [],
    }))
  );
  await race(cases, rounds);
  const rows: Awaited<ReturnType<typeof row>>[] = [];
  for (const one of cases) rows.push(await row(one));
  console.log(table(
    ["", "run -d", "rm -f", "rules", "elements", "processes", "their memory"],
    rows.map(({ cells }) => cells),
  ));
  console.log();
  const ofOurs = rows.slice(0, KINDS.size).map(({ weight }) =>
    weight.processes
  );
  const more = Math.max(...ofOurs) - Math.min(...ofOurs);
  console.log(verdict(`processes for 100 ports ≤ 0: ${more}`, more, 0));
  for (const entry of entries) {
    if (!isPresent(entry)) {
      console.log(`- ${entry.name} took no part: ${entry.reason}`);
    }
  }
  console.log(
    `\nMedians of ${rounds} rounds in turns after one start of each engine, each of the ` +
      "whole processes of `run -d` and `rm -f`. Counted once is what there is " +
      `on the host more than before the start, ${
        IDLE_MS / 1000
      } seconds after ` +
      "it: rules of nftables (iptables makes them too), elements of its sets " +
      "and maps, and the processes that the engine leaves for the container, " +
      "with what they have written to of their own memory. The ports are " +
      "published once as one range and once one by one, every other one.",
  );
}

if (import.meta.main) await inPrivateNamespaces(main);
