/**
 * A diagnosis of the host as people and as programs read it.
 *
 * @module
 */
import type {
  CheckResult,
  CheckStatus,
} from "../../engine/doctor/check_result.ts";
import type { Diagnosis } from "../../engine/doctor/diagnose.ts";
import { printable } from "./printable.ts";

/** Whether escape sequences for colour are wanted. */
export type Colour = "coloured" | "plain";

const STATUSES: readonly CheckStatus[] = ["ok", "degraded", "missing"];
const STATUS_WIDTH = 10;
const GUTTER = 2;
/** Select Graphic Rendition of ECMA-48. */
const SGR: Readonly<Record<CheckStatus | "title", number>> = {
  ok: 32,
  degraded: 33,
  missing: 31,
  title: 1,
};

/**
 * The diagnosis as text: a line for each check, and below it what is lost by
 * what is not in order; a summary at the end.
 *
 * @param colour Colours are for terminals.
 */
export function formatDiagnosis(
  { sections, ok, isPartial }: Diagnosis,
  colour: Colour,
): string {
  const results = sections.flatMap(({ results }) => results);
  const width = GUTTER +
    Math.max(...results.map(({ title }) => title.length));
  const blocks = sections.map(({ title, results }) =>
    [
      paint(title, "title", colour),
      ...results.flatMap((result) => resultLines(result, width, colour)),
      "",
    ].join("\n")
  );
  const stoppers = results.filter(({ stopsRun }) => stopsRun)
    .map(({ title }) => title);
  const verdict = ok
    ? "Containers can run on this host."
    : `Containers cannot run on this host: see ${stoppers.join(", ")}.`;
  const rest = isPartial ? "\nRun it as root for the other checks." : "";
  return `${blocks.join("\n")}\n${counts(results)}. ${verdict}${rest}\n`;
}

/** The diagnosis as one line of JSON. */
export function diagnosisJson({ ok, sections }: Diagnosis): string {
  const checks = sections.flatMap(({ results }) => results);
  return `${JSON.stringify({ ok, checks })}\n`;
}

function resultLines(
  { status, title, detail, costs, flags = [], fix }: CheckResult,
  width: number,
  colour: Colour,
): string[] {
  const notes = [["costs", costs], ["flags", flags.join(", ")], ["fix", fix]];
  const label = paint(status, status, colour) +
    " ".repeat(STATUS_WIDTH - status.length);
  return [
    `${label}${title.padEnd(width)}${printable(detail)}`,
    ...notes.flatMap(([name = "", text]) =>
      text === undefined || text === "" ? [] : [
        `${" ".repeat(STATUS_WIDTH)}${name.padStart(width - GUTTER)}` +
        `${" ".repeat(GUTTER)}${printable(text)}`,
      ]
    ),
  ];
}

/** `48 ok, 2 missing`, without what there is none of. */
function counts(results: readonly CheckResult[]): string {
  return STATUSES.flatMap((status) => {
    const count = results.filter((result) => result.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  }).join(", ");
}

function paint(text: string, as: keyof typeof SGR, colour: Colour): string {
  return colour === "plain" ? text : `\x1b[${SGR[as]}m${text}\x1b[m`;
}
