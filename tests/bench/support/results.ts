/**
 * Times of contenders as tables, and what is asked of them.
 *
 * @module
 */
import type { Absentee, Contender } from "./contender.ts";
import { isPresent } from "./engines.ts";
import { race, type Times } from "./race.ts";
import { table } from "./report.ts";

/** How much of another's time a contender may take. */
export interface Bar {
  readonly name: string;
  readonly against: string;
  readonly atMost: number;
}

/** What is measured, and compared with whom. */
export interface Comparison {
  readonly entries: readonly (Contender | Absentee)[];
  readonly rounds: number;
  /** The names of those that the times of all are divided by. */
  readonly against: readonly string[];
  readonly bars: readonly Bar[];
}

/**
 * Measures all who are there.
 *
 * @returns A table, a line for each bar and one for each who is absent, in
 * Markdown.
 * @throws {Error} If a command fails.
 */
export async function compare(
  { entries, rounds, against, bars }: Comparison,
): Promise<string> {
  await using all = new AsyncDisposableStack();
  const contenders = entries.filter(isPresent);
  for (const contender of contenders) all.use(contender);
  const times = await race(contenders, rounds);
  const absent = entries.flatMap((entry) =>
    isPresent(entry) ? [] : [`- ${entry.name} took no part: ${entry.reason}`]
  );
  return [
    resultTable(contenders, times, against),
    "",
    ...bars.map((bar) => barLine(bar, times)),
    ...absent,
  ].join("\n");
}

/** One line about something that may be too much: met or missed. */
export function verdict(what: string, value: number, atMost: number): string {
  return `- ${what}, ${value <= atMost ? "met" : "missed"}`;
}

function resultTable(
  contenders: readonly Contender[],
  times: ReadonlyMap<string, Times>,
  against: readonly string[],
): string {
  return table(
    [
      "",
      "median",
      "10 % – 90 %",
      ...against.map((name) => `÷ ${name}`),
      "version",
    ],
    contenders.map(({ name, version }) => {
      const all = times.get(name);
      const ms = (value: number | undefined): string =>
        value === undefined ? "–" : value.toFixed(1);
      return [
        name,
        `${ms(all?.median)} ms`,
        `${ms(all?.tenth)} – ${ms(all?.ninetieth)}`,
        ...against.map((other) => ratio(times, name, other)?.toFixed(2) ?? "–"),
        version,
      ];
    }),
  );
}

function barLine(
  { name, against, atMost }: Bar,
  times: ReadonlyMap<string, Times>,
): string {
  const value = ratio(times, name, against);
  const claim = `${name} ≤ ${atMost} × ${against}`;
  return value === undefined
    ? `- ${claim}: not measured`
    : verdict(`${claim}: ${value.toFixed(2)}`, value, atMost);
}

function ratio(
  times: ReadonlyMap<string, Times>,
  name: string,
  against: string,
): number | undefined {
  const one = times.get(name)?.median;
  const other = times.get(against)?.median;
  return one === undefined || other === undefined ? undefined : one / other;
}
