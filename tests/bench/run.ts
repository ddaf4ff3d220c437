// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `run --rm --network none IMAGE true`, against other
 * engines: `deno run -A tests/bench/run.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import type { Absentee, Contender } from "./support/contender.ts";
import {
  docker,
  ifInstalled,
  podman,
  runc,
  tsdocker,
} from "./support/contenders.ts";
import { race, type Times } from "./support/race.ts";
import { table } from "./support/report.ts";

const CHECKOUT = decodeURIComponent(new URL("../..", import.meta.url).pathname);
const ROUNDS = 40;

/** How much of another's time a contender may take. */
const BARS = [
  { name: "tsdocker (native)", against: "runc", atMost: 2.0 },
  { name: "tsdocker (native)", against: "podman", atMost: 0.3 },
] as const;

async function prepare(): Promise<(Contender | Absentee)[]> {
  const program = Deno.env.get("TSDOCKER") ?? `${CHECKOUT}tsdocker`;
  const image = Deno.env.get("TSDOCKER_TEST_IMAGE") ??
    `${CHECKOUT}images/busybox.tar`;
  return [
    await tsdocker(program, image, "native"),
    await tsdocker(program, image, "reinvoke"),
    await ifInstalled(["runc", "tar"], () => runc(image)),
    await ifInstalled(["podman", "runc"], () => podman(image)),
    await ifInstalled(["docker", "dockerd"], () => docker(image)),
  ];
}

function isPresent(entry: Contender | Absentee): entry is Contender {
  return !("reason" in entry);
}

function ratio(
  times: ReadonlyMap<string, Times>,
  name: string,
  against: string,
): string {
  const one = times.get(name)?.median;
  const other = times.get(against)?.median;
  if (one === undefined || other === undefined) return "–";
  return (one / other).toFixed(2);
}

function resultTable(
  contenders: readonly Contender[],
  times: ReadonlyMap<string, Times>,
): string {
  return table(
    ["", "median", "10 % – 90 %", "÷ runc", "÷ podman", "version"],
    contenders.map(({ name, version }) => {
      const all = times.get(name);
      const ms = (value: number | undefined): string =>
        value === undefined ? "–" : value.toFixed(1);
      return [
        name,
        `${ms(all?.median)} ms`,
        `${ms(all?.tenth)} – ${ms(all?.ninetieth)}`,
        ratio(times, name, "runc"),
        ratio(times, name, "podman"),
        version,
      ];
    }),
  );
}

/** One line for each bar: met, missed or not measured. */
function barLines(times: ReadonlyMap<string, Times>): string[] {
  return BARS.map(({ name, against, atMost }) => {
    const value = ratio(times, name, against);
    const verdict = value === "–"
      ? "not measured"
      : Number(value) <= atMost
      ? "met"
      : "missed";
    return `- ${name} ≤ ${atMost} × ${against}: ${value}, ${verdict}`;
  });
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  await using all = new AsyncDisposableStack();
  const entries = await prepare();
  const contenders = entries.filter(isPresent);
  for (const contender of contenders) all.use(contender);
  const times = await race(contenders, rounds);
  const absent = entries.flatMap((entry) =>
    isPresent(entry) ? [] : [`- ${entry.name} took no part: ${entry.reason}`]
  );
  const body = [
    resultTable(contenders, times),
    "",
    ...barLines(times),
    ...absent,
    "",
    `${rounds} rounds in turns after three to warm up, each of the whole ` +
    "process from its start to its end, without a terminal, with the image " +
    "unpacked before. runc is given a bundle with the same files in a plain " +
    "directory: it makes no layer, keeps no record and finds no image. podman " +
    "and docker import the image once; docker's daemon runs on.",
  ].join("\n");
  console.log(body);
}
