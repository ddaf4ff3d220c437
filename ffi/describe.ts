/**
 * Recorded system calls as text, the way strace prints them.
 *
 * @module
 */
import type { RecordArgument, SyscallRecord } from "./record.ts";

/**
 * A recorded call as a person reads it.
 *
 * @returns For example `mount("proc", "proc", "proc", MS_NOSUID, NULL)`; the
 * value of an earlier call appears as `$name`.
 */
export function describeRecord(record: SyscallRecord): string {
  return `${record.call}(${describeArguments(record)})`;
}

/** The arguments of a recorded call alone, as an error message quotes them. */
export function describeArguments(record: SyscallRecord): string {
  return record.args.map(describeArgument).join(", ");
}

function describeArgument(argument: RecordArgument): string {
  if (argument === null) return "NULL";
  if (typeof argument === "string") return JSON.stringify(argument);
  if (typeof argument !== "object") return String(argument);
  if ("value" in argument || "bytes" in argument) return argument.text;
  if ("result" in argument) return `$${argument.result}`;
  if ("pair" in argument) return argument.pair.map(describeArgument).join(", ");
  return describeWords(argument.words);
}

/** Strings ended by a zero are a list, as `argv`; other words are a struct. */
function describeWords(words: readonly RecordArgument[]): string {
  const items = isTerminator(words.at(-1)) ? words.slice(0, -1) : undefined;
  if (items?.every((word) => typeof word === "string")) {
    return `[${items.map(describeArgument).join(", ")}]`;
  }
  return `{${words.map(describeArgument).join(", ")}}`;
}

function isTerminator(word: RecordArgument | undefined): boolean {
  return word === null || word === 0 || word === 0n;
}
