// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * How long a key takes from the caller's terminal to the container's and back
 * to the screen: `deno run -A tests/bench/echo.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import { Terminal } from "../support/terminal.ts";
import { type Command, perform } from "./support/contender.ts";
import {
  dockerEngine,
  type Engine,
  ifInstalled,
  isPresent,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { summarize } from "./support/race.ts";
import { table } from "./support/report.ts";
import { verdict } from "./support/results.ts";

const ROUNDS = 10;
const KEYS = 200;
/** The first keys fill caches, and have functions compiled. */
const WARM_UP = 200;
const AT_MOST_MS = 0.3;

/** Each key is echoed by the container's terminal, and read by nobody else. */
const LISTEN = ["sh", "-c", "stty -icanon; echo ready; exec cat >/dev/null"];
const NAME = "bench";

/** A terminal in which keys can be typed. */
interface Session extends AsyncDisposable {
  readonly name: string;
  readonly terminal: Terminal;
}

/** Starts a container in a terminal. */
function running(engine: Engine): Session {
  const name = `${NAME}-run`;
  const flags = ["-i", "-t", "--name", name];
  const terminal = open(engine.run(flags, LISTEN));
  terminal.expect("ready\r\n");
  return session(`${engine.name}, run -it`, { engine, terminal, name });
}

/** Starts a container without one, and connects one to it. */
async function attached(engine: Engine): Promise<Session> {
  const name = `${NAME}-attach`;
  await perform(engine.run(["-d", "-i", "-t", "--name", name], LISTEN));
  const terminal = open(engine.command("attach", name));
  // What is typed before it is connected may be echoed by either terminal.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return session(`${engine.name}, attach`, { engine, terminal, name });
}

function session(
  title: string,
  { engine, terminal, name }: {
    readonly engine: Engine;
    readonly terminal: Terminal;
    readonly name: string;
  },
): Session {
  return {
    name: title,
    terminal,
    async [Symbol.asyncDispose](): Promise<void> {
      await perform(engine.remove(name));
      terminal.status();
      terminal[Symbol.dispose]();
    },
  };
}

function open({ program, args, env }: Command): Terminal {
  return new Terminal({
    command: [absolute(program), ...args],
    env: { ...Deno.env.toObject(), ...env },
    cwd: "/",
  });
}

/** Terminals are started without looking for the program. */
function absolute(program: string): string {
  if (program.startsWith("/")) return program;
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", 'command -v "$0"', program],
  }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** Types keys, one after the other's echo, and gives the times in ms. */
function times({ terminal }: Session, keys: number): number[] {
  return Array.from({ length: keys }, () => {
    const start = performance.now();
    terminal.type("x");
    terminal.expect("x");
    return performance.now() - start;
  });
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const image = imagePath();
  await using cleanup = new AsyncDisposableStack();
  const ours = cleanup.use(await tsdockerEngine(programPath(), image));
  const others = [
    await ifInstalled(["podman", "runc"], () => podmanEngine(image)),
    await ifInstalled(["docker", "dockerd"], () => dockerEngine(image)),
  ].filter(isPresent).map((engine) => cleanup.use(engine));
  const sessions: Session[] = [];
  for (const engine of [ours, ...others]) {
    sessions.push(cleanup.use(running(engine)));
    sessions.push(cleanup.use(await attached(engine)));
  }
  const all = new Map(sessions.map((one): [Session, number[][]] => [one, []]));
  for (const one of sessions) times(one, WARM_UP);
  for (let round = 0; round < rounds; round++) {
    for (const one of sessions) all.get(one)?.push(times(one, KEYS));
  }
  const results = [...all].map(([{ name }, found]) => ({
    name,
    best: Math.min(...found.map((round) => summarize(round).median)),
    ...summarize(found.flat()),
  }));
  const ms = (value: number): string => `${value.toFixed(3)} ms`;
  console.log(table(
    ["", "median of the best round", "median", "90 % at most"],
    results.map(({ name, best, median, ninetieth }) => [
      name,
      ms(best),
      ms(median),
      ms(ninetieth),
    ]),
  ));
  console.log();
  for (const { name, best } of results) {
    if (!name.startsWith(ours.name)) continue;
    const what = `${name} ≤ ${AT_MOST_MS} ms: ${best.toFixed(3)}`;
    console.log(verdict(what, best, AT_MOST_MS));
  }
  console.log(
    `\n${rounds} rounds in turns of ${KEYS} keys, each typed when the one ` +
      "before was shown, in a terminal whose echo is the container's. What " +
      "else the machine does can only add to a round.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
