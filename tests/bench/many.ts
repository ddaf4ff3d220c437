// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * Many containers at once: how fast they start on their own, what each of
 * their monitors takes of the memory, and how long `ps` takes with them:
 * `deno run -A tests/bench/many.ts [RUNNING] [ENDED] [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { type Contender, perform } from "./support/contender.ts";
import { emptyDeno } from "./support/contenders.ts";
import { type Engine, tsdockerEngine } from "./support/engines.ts";
import { idleMemory, type Memory, monitorMemory } from "./support/monitors.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { race, summarize } from "./support/race.ts";
import { table } from "./support/report.ts";
import { verdict } from "./support/results.ts";

const RUNNING = 100;
const ENDED = 400;
const ROUNDS = 30;

/** When monitors have given back what their start has taken. */
const IDLE_MS = 5000;

/** What a monitor may take for itself. */
const MAX_DIRTY_MB = 10.5;
/** What `ps` may take longer than a Deno that does nothing. */
const MAX_PS_MS = 60;

/** Starts containers one after the other; their number in a second. */
async function startRate(
  engine: Engine,
  count: number,
  command: (index: number) => ReturnType<Engine["run"]>,
): Promise<number> {
  // It unpacks the image.
  await perform(engine.run(["--rm"], ["true"]));
  const start = performance.now();
  for (let index = 0; index < count; index++) await perform(command(index));
  return count / (performance.now() - start) * 1000;
}

/** The middle and the most of what monitors take, in MB. */
function memoryRow(
  what: string,
  all: readonly Memory[],
  of: (memory: Memory) => number,
): string[] {
  const mb = all.map((memory) => of(memory) / 1e6);
  return [
    what,
    summarize(mb).median.toFixed(1),
    Math.max(...mb).toFixed(1),
  ];
}

/** Commands that list containers, and a Deno that does nothing. */
async function lists(engine: Engine): Promise<Contender[]> {
  const list = (...words: string[]): Contender => ({
    name: words.join(" "),
    version: engine.version,
    command: () => engine.command(...words),
    // The engine is disposed of when the containers are.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  return [list("ps"), list("ps", "-a"), await emptyDeno()];
}

/** Lists them all in turns, and says how much longer than nothing it takes. */
async function measureLists(engine: Engine, rounds: number): Promise<string> {
  await using all = new AsyncDisposableStack();
  const contenders = await lists(engine);
  for (const contender of contenders) all.use(contender);
  const times = await race(contenders, rounds);
  const empty = times.get("empty Deno")?.median ?? NaN;
  const moreMs = (name: string): number =>
    (times.get(name)?.median ?? NaN) - empty;
  return [
    table(
      ["", "median", "10 % – 90 %", "more than empty Deno"],
      [...times].map(([name, { median, tenth, ninetieth }]) => [
        name,
        `${median.toFixed(1)} ms`,
        `${tenth.toFixed(1)} – ${ninetieth.toFixed(1)}`,
        `${moreMs(name).toFixed(1)} ms`,
      ]),
    ),
    "",
    ...["ps", "ps -a"].map((name) =>
      verdict(
        `${name} ≤ ${MAX_PS_MS} ms more than empty Deno: ${
          moreMs(name).toFixed(1)
        } ms`,
        moreMs(name),
        MAX_PS_MS,
      )
    ),
  ].join("\n");
}

async function main(): Promise<void> {
  const [running = RUNNING, ended = ENDED, rounds = ROUNDS] = Deno.args
    .map(Number);
  await using engine = await tsdockerEngine(programPath(), imagePath());
  const names = Array.from({ length: running }, (_, index) => `bench-${index}`);
  try {
    const started = await startRate(
      engine,
      running,
      (index) =>
        engine.run(["-d", "--name", `bench-${index}`], ["sleep", "1000000"]),
    );
    const atOnce = await monitorMemory(engine.directory);
    // Both for the time that lets the monitors rest.
    const idleDeno = await idleMemory(IDLE_MS);
    const memory = await monitorMemory(engine.directory);
    if (memory.length !== running) {
      throw new Error(`${memory.length} monitors for ${running} containers`);
    }
    const toEnd = await startRate(
      engine,
      ended,
      () => engine.run([], ["true"]),
    );
    const dirtyBytes = (one: Memory): number => one.dirtyBytes;
    const dirty = memoryRow("private dirty", memory, dirtyBytes);
    console.log([
      `${running} containers were started with \`run -d\`, one after the ` +
      `other: ${started.toFixed(1)} a second; then ${ended} ran to their end ` +
      `and were kept: ${toEnd.toFixed(1)} a second.`,
      "",
      table(["MB for each monitor", "median", "most"], [
        memoryRow("private dirty, at once", atOnce, dirtyBytes),
        dirty,
        memoryRow("private dirty, idle Deno", [idleDeno], dirtyBytes),
        memoryRow("proportional share", memory, (one) => one.shareBytes),
        memoryRow("resident", memory, (one) => one.residentBytes),
      ]),
      "",
      verdict(
        `private dirty ≤ ${MAX_DIRTY_MB} MB: ${dirty[1]}`,
        Number(dirty[1]),
        MAX_DIRTY_MB,
      ),
      "",
      await measureLists(engine, rounds),
      "",
      `Memory is looked at ${IDLE_MS / 1000} seconds after the last start, ` +
      `and once at once. ${rounds} rounds in turns after three to warm up, with ` +
      `${running + ended} containers, of which ${running} run.`,
    ].join("\n"));
  } finally {
    await perform(engine.command("rm", "-f", ...names));
  }
}

if (import.meta.main) await onPrivateDisk(main);
