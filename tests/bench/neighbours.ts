// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * A start on a bridge with many neighbours, all of whom learn its name and
 * forget it: `deno run -A tests/bench/neighbours.ts [NEIGHBOURS] [ROUNDS]`, as
 * root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { type Contender, perform, read } from "./support/contender.ts";
import { borrowed, runToEnd } from "./support/contenders.ts";
import {
  type BridgedEngine,
  type Engine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { inPrivateNamespaces, placeEngine } from "./support/private_host.ts";
import { compare } from "./support/results.ts";

const NEIGHBOURS = 200;
const ROUNDS = 20;
const LONG_PROGRAM = ["sleep", "1000000"];

/** An engine's start, among as many neighbours as there are. */
function among(engine: Engine, count: number): Contender {
  return { ...borrowed(runToEnd(engine)), name: `${count} neighbours` };
}

/** Starts containers one after the other; how long each took, in ms. */
async function startAll(
  engine: Engine,
  names: readonly string[],
): Promise<number[]> {
  // It unpacks the image.
  await perform(engine.run(["--rm"], ["true"]));
  const times: number[] = [];
  for (const name of names) {
    const start = performance.now();
    await perform(engine.run(["-d", "--name", name], LONG_PROGRAM));
    times.push(performance.now() - start);
  }
  return times;
}

/** The first one must know the last one: names that nobody learns are cheap. */
async function assertKnown(
  engine: Engine,
  [first = "", ...rest]: readonly string[],
): Promise<void> {
  const hosts = await read(engine.command("exec", first, "cat", "/etc/hosts"));
  const words = new Set(hosts.split(/\s+/));
  const unknown = rest.filter((name) => !words.has(name));
  if (unknown.length === 0) return;
  throw new Error(`"${first}" does not know ${unknown.join(", ")}`);
}

function mean(times: readonly number[]): string {
  const sum = times.reduce((total, time) => total + time, 0);
  return (sum / times.length).toFixed(1);
}

async function main(): Promise<void> {
  const [count = NEIGHBOURS, rounds = ROUNDS] = Deno.args.map(Number);
  await using stack = new AsyncDisposableStack();
  const make = (place: BridgedEngine): Promise<Engine> =>
    tsdockerEngine(programPath(), imagePath(), "native", place);
  const { engine: alone } = await placeEngine(stack, make);
  const { engine: crowded } = await placeEngine(stack, make);
  const names = Array.from({ length: count }, (_, index) => `bench-${index}`);
  stack.defer(() => perform(crowded.command("rm", "-f", ...names)));
  const times = await startAll(crowded, names);
  await assertKnown(crowded, names);
  const result = await compare({
    entries: [among(alone, 0), among(crowded, count)],
    rounds,
    against: ["0 neighbours"],
    bars: [],
  });
  const some = Math.min(20, count);
  console.log(result);
  console.log(
    `${rounds} rounds in turns after three to warm up, each of a whole ` +
      "`run --rm IMAGE true` on a bridge: all neighbours learn its name and " +
      `forget it. The ${count} were started with \`run -d\`, one after the ` +
      `other: the first ${some} took ${
        mean(times.slice(0, some))
      } ms each, the ` +
      `last ${some} ${mean(times.slice(-some))} ms.`,
  );
}

if (import.meta.main) await inPrivateNamespaces(main);
