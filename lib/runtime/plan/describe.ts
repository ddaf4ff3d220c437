/**
 * Steps as text, the way strace prints system calls.
 *
 * @module
 */
import { describeRecord } from "../../../ffi/describe.ts";
import type { RecordArgument } from "../../../ffi/record.ts";
import {
  type ChildStep,
  type Composed,
  isBeneath,
  isComposed,
  type PrepareStep,
} from "./step.ts";

/**
 * A step as a person reads it.
 *
 * @returns For example `mount("tmpfs", <root>/dev, "tmpfs", MS_NOSUID, NULL)`.
 */
export function describeStep(step: PrepareStep | ChildStep): string {
  const args = step.args.map((argument): RecordArgument => {
    if (isComposed(argument)) return { value: 0, text: composedText(argument) };
    if (!isBeneath(argument)) return argument;
    const leaf = argument.leaf === undefined ? "" : `/${argument.leaf}`;
    const path = `${argument.beneath.replace(/\/$/, "")}${leaf}`;
    return { value: 0, text: `<root>${path}` };
  });
  return describeRecord({ ...step, args });
}

function composedText({ composed }: Composed): string {
  const parts = composed.map((part) =>
    typeof part === "string" ? part : `/proc/self/fd/$${part.result}`
  );
  return JSON.stringify(parts.join(""));
}
