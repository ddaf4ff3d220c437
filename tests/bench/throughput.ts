// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * How much one TCP connection carries from container to container on one
 * bridge, and to a published port, against docker:
 * `deno run -A tests/bench/throughput.ts [ROUNDS] [MS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import type { Absentee } from "./support/contender.ts";
import {
  type BridgedEngine,
  dockerEngine,
  type Engine,
  ifInstalled,
  isPresent,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { inPrivateNamespaces, placeEngine } from "./support/private_host.ts";
import { summarize } from "./support/race.ts";
import { table } from "./support/report.ts";
import { verdict } from "./support/results.ts";
import { StreamProgram, Streams, type Way, WAYS } from "./support/streams.ts";

const ROUNDS = 15;
const MS = 500;
const BAR = 0.95;

const OURS = "tsdocker (native)";

type Rates = ReadonlyMap<Way, number[]>;

/** An engine in a host of its own, its containers started. */
async function prepare(
  stack: AsyncDisposableStack,
  program: StreamProgram,
  make: (place: BridgedEngine) => Promise<Engine>,
): Promise<Streams> {
  const placed = await placeEngine(stack, make);
  return stack.use(await Streams.start(placed, program));
}

/** Sends along every way in turns, the engines in another order each time. */
async function measure(
  all: readonly Streams[],
  rounds: number,
  ms: number,
): Promise<ReadonlyMap<string, Rates>> {
  const rates = new Map(
    all.map((
      { engine },
    ) => [engine.name, new Map(WAYS.map((way): [Way, number[]] => [way, []]))]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const way of WAYS) {
      for (let turn = 0; turn < all.length; turn++) {
        const streams = all[(turn + round) % all.length];
        if (streams === undefined) continue;
        const rate = await streams.rate(way, ms);
        rates.get(streams.engine.name)?.get(way)?.push(rate);
      }
    }
  }
  return rates;
}

function rateTable(rates: ReadonlyMap<string, Rates>): string {
  return table(
    ["MiB/s, 10 % – 90 %", ...rates.keys()],
    WAYS.map((way) => [
      way,
      ...[...rates.values()].map((one) => {
        const { median, tenth, ninetieth } = summarize(one.get(way) ?? []);
        return `${median.toFixed(0)} (${tenth.toFixed(0)} – ${
          ninetieth.toFixed(0)
        })`;
      }),
    ]),
  );
}

/** Whether we carry as much as docker does along a way. */
function bar(rates: ReadonlyMap<string, Rates>, way: Way): string {
  const median = (name: string): number =>
    summarize(rates.get(name)?.get(way) ?? []).median;
  const ratio = median(OURS) / median("docker");
  const claim = `${way}: ${OURS} ≥ ${BAR} × docker`;
  return Number.isNaN(ratio)
    ? `- ${claim}: not measured`
    : verdict(`${claim}: ${ratio.toFixed(2)}`, BAR, ratio);
}

async function main(): Promise<void> {
  const [rounds = ROUNDS, ms = MS] = Deno.args.map(Number);
  const image = imagePath();
  await using stack = new AsyncDisposableStack();
  const program = stack.use(await StreamProgram.make());
  const docker = (...flags: string[]): Promise<Streams | Absentee> =>
    ifInstalled(
      ["docker", "dockerd"],
      () =>
        prepare(
          stack,
          program,
          (place) => dockerEngine(image, { ...place, flags }),
        ),
    );
  const entries = [
    await prepare(
      stack,
      program,
      (place) => tsdockerEngine(programPath(), image, "native", place),
    ),
    await docker(),
    await docker("--userland-proxy=false"),
  ];
  const rates = await measure(entries.filter(isPresent), rounds, ms);
  console.log(rateTable(rates));
  console.log();
  for (const way of WAYS) console.log(bar(rates, way));
  for (const entry of entries) {
    if (!isPresent(entry)) {
      console.log(`- ${entry.name} took no part: ${entry.reason}`);
    }
  }
  console.log(
    `\n${rounds} rounds in turns, each of one connection that sends for ${ms} ms and ` +
      "ends when the receiver has told how much arrived. The receiver is a " +
      "container with a published port; the sender is another container on " +
      "its bridge, the host at 127.0.0.1 and at its address on the wire, " +
      "and another machine on that wire. Machines are network namespaces on this one, " +
      "and each engine has a host of its own. Docker's proxy carries what goes to " +
      "127.0.0.1, unless it is off.",
  );
}

if (import.meta.main) await inPrivateNamespaces(main);
