// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * How fast a container's output is written down: one that writes many short
 * lines, until it has ended, against docker's json-file:
 * `deno run -A tests/bench/log.ts [ROUNDS] [MB]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import {
  type Contender,
  outputOf,
  perform,
  Scratch,
} from "./support/contender.ts";
import {
  dockerEngine,
  type Engine,
  ifInstalled,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { onPrivateDisk } from "./support/private_disk.ts";
import { compare } from "./support/results.ts";

const ROUNDS = 5;
const MB = 256;
const LINE_BYTES = 100;

/** A file of lines that are all different. */
async function writeLines(path: string, bytes: number): Promise<void> {
  using file = await Deno.create(path);
  const encoder = new TextEncoder();
  const perPiece = 10_000;
  for (let first = 0; first < bytes / LINE_BYTES; first += perPiece) {
    const count = Math.min(perPiece, bytes / LINE_BYTES - first);
    const lines = Array.from(
      { length: count },
      (_, index) =>
        `line ${first + index} `.padEnd(LINE_BYTES - 1, "0123456789 abcdef") +
        "\n",
    );
    const piece = encoder.encode(lines.join(""));
    for (let at = 0; at < piece.length;) {
      at += await file.write(piece.subarray(at));
    }
  }
}

/** An engine that logs all of the file, and is asked when it is done. */
function logLines(engine: Engine, file: string, bytes: number): Contender {
  const nameOf = (round: number): string => `bench-${round}`;
  const flags = [
    ...["--log-driver", "json-file", "--log-opt", "max-size=8g"],
    ...["--volume", `${file}:/lines:ro`],
  ];
  return {
    name: engine.name,
    version: engine.version,
    command: (round) => [
      engine.run(["-d", "--name", nameOf(round), ...flags], ["cat", "/lines"]),
      engine.command("wait", nameOf(round)),
    ],
    async after(round): Promise<void> {
      if (round === 0) await assertLogged(engine, nameOf(round), bytes);
      await perform(engine.remove(nameOf(round)));
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** Half a log would be quickly written. */
async function assertLogged(
  engine: Engine,
  name: string,
  bytes: number,
): Promise<void> {
  const { program, args } = engine.command("logs", name);
  const count = await outputOf(
    "sh",
    "-c",
    '"$@" | wc -c',
    "sh",
    program,
    ...args,
  );
  if (Number(count) === bytes) return;
  throw new Error(
    `${engine.name} has logged ${count.trim()} of ${bytes} bytes`,
  );
}

async function main(): Promise<void> {
  const [rounds = ROUNDS, mb = MB] = Deno.args.map(Number);
  const bytes = mb * 1e6;
  const image = imagePath();
  await using scratch = await Scratch.make();
  const file = `${scratch.path}/lines`;
  await writeLines(file, bytes);
  const entries = [
    logLines(await tsdockerEngine(programPath(), image), file, bytes),
    await ifInstalled(
      ["docker", "dockerd"],
      async () => logLines(await dockerEngine(image), file, bytes),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["docker"],
      bars: [{ name: "tsdocker (native)", against: "docker", atMost: 1 }],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up: \`run -d\` of a ` +
      `\`cat\` of ${mb} MB in lines of ${LINE_BYTES} bytes, until \`wait\` ` +
      "says that it has ended and its output is logged. Neither rotates, and " +
      "the first log of each is read back and is whole.",
  );
}

if (import.meta.main) await onPrivateDisk(main);
