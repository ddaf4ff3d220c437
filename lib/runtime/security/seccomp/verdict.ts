/**
 * The instructions that judge the arguments of a call.
 *
 * @module
 */
import { type Assembler, Label } from "./bpf.ts";
import type { Alternative, Verdict } from "./call_rules.ts";
import { type Condition, emitCondition, emitValues } from "./condition.ts";

/** Emits a verdict; the program ends in it. */
export function emitVerdict(
  program: Assembler,
  { alternatives, otherwise }: Verdict,
): void {
  for (const group of groupsOf(alternatives)) {
    const next = new Label();
    emitGroup(program, group, next);
    program.return(group[0].action);
    program.place(next);
  }
  program.return(otherwise);
}

/** Neighbours that differ in one value only, to be compared in a row. */
type Group = [Alternative, ...Alternative[]];

function groupsOf(alternatives: readonly Alternative[]): Group[] {
  const groups: Group[] = [];
  for (const alternative of alternatives) {
    const group = groups.at(-1);
    if (group !== undefined && differsInValue(group[0], alternative)) {
      group.push(alternative);
    } else groups.push([alternative]);
  }
  return groups;
}

function differsInValue(a: Alternative, b: Alternative): boolean {
  const [one, other] = [onlyValue(a), onlyValue(b)];
  return one !== undefined && other !== undefined && a.action === b.action &&
    one.index === other.index && one.high?.value === other.high?.value;
}

/** The condition of an alternative that compares one argument with a value. */
function onlyValue({ conditions }: Alternative): Condition | undefined {
  const [condition] = conditions;
  return conditions.length === 1 && condition?.op === "SCMP_CMP_EQ"
    ? condition
    : undefined;
}

function emitGroup(program: Assembler, group: Group, next: Label): void {
  const [{ conditions }] = group;
  const [first] = conditions;
  if (group.length === 1 || first === undefined) {
    for (const condition of conditions) emitCondition(program, condition, next);
    return;
  }
  const values = group.flatMap((one) => onlyValue(one)?.low.value ?? []);
  emitValues(program, first, values, next);
}
