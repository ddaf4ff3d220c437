/**
 * Events as `events` prints them.
 *
 * @module
 */
import type { RecordedEvent } from "../../engine/events.ts";
import { printable } from "./printable.ts";
import { parseTemplate } from "./template/template.ts";

const MINUTE_MS = 60_000;

/**
 * One event as docker prints it, in the time zone of this process.
 *
 * @returns A line that ends in a newline.
 */
export function eventLine(event: RecordedEvent): string {
  const { time, type, action, id, attributes } = event;
  const details = Object.keys(attributes).toSorted()
    .map((name) => `${name}=${attributes[name]}`).join(", ");
  const words = [localTime(time), type, action, id, `(${details})`];
  return `${printable(words.join(" "))}\n`;
}

/** An event as docker's API gives it: what `--format` is about. */
export interface EventMessage {
  /** The action again, and the id: as before docker 1.22. */
  readonly status: string;
  readonly id: string;
  /** The image. */
  readonly from: string;
  readonly Type: string;
  readonly Action: string;
  readonly Actor: {
    readonly ID: string;
    readonly Attributes: Readonly<Record<string, string>>;
  };
  readonly scope: "local";
  /** Seconds since the epoch. */
  readonly time: number;
  /** Nanoseconds since the epoch; exact to the millisecond. */
  readonly timeNano: number;
}

/**
 * An event in the shape of docker's API.
 *
 * @see Docker Engine API 1.41, "Monitor events"
 */
export function eventMessage(event: RecordedEvent): EventMessage {
  const { time, type, action, id, attributes } = event;
  return {
    status: action,
    id,
    from: attributes["image"] ?? "",
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: "local",
    time: Math.floor(time / 1000),
    timeNano: time * 1e6,
  };
}

/**
 * How `--format` wants events printed.
 *
 * @param format `json`, a template, or absent for lines as
 * {@linkcode eventLine} has them.
 * @throws {UsageError} If the template is malformed.
 */
export function eventFormatter(
  format: string | undefined,
): (event: RecordedEvent) => string {
  if (format === undefined || format === "") return eventLine;
  if (format === "json") {
    return (event) => `${JSON.stringify(eventMessage(event))}\n`;
  }
  const template = parseTemplate(format);
  return (event) => `${template.render(templateData(event))}\n`;
}

/** An event as Go names its fields, which is how templates do. */
function templateData(event: RecordedEvent): unknown {
  const { status, id, from, scope, time, timeNano, ...message } = eventMessage(
    event,
  );
  const { ID, Attributes } = message.Actor;
  return {
    ...message,
    Actor: { ID, Attributes: new Map(Object.entries(Attributes)) },
    ID: id,
    Status: status,
    From: from,
    Scope: scope,
    Time: time,
    TimeNano: timeNano,
  };
}

/** RFC 3339 with nine digits, as Go prints it, and the local offset. */
function localTime(timeMs: number): string {
  const offset = -new Date(timeMs).getTimezoneOffset();
  const shifted = new Date(timeMs + offset * MINUTE_MS).toISOString();
  return shifted.replace("Z", `000000${offsetText(offset)}`);
}

/** @param offset Minutes east of Greenwich. */
function offsetText(offset: number): string {
  if (offset === 0) return "Z";
  const two = (number: number): string => String(number).padStart(2, "0");
  const minutes = Math.abs(offset);
  const sign = offset < 0 ? "-" : "+";
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
