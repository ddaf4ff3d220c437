/**
 * Plans as people and programs read them: `--dry-run` and `--explain`.
 *
 * @module
 */
import { errnoName } from "../../../ffi/errno.ts";
import type { TraceFormat } from "../../engine/run_options.ts";
import { describeStep } from "../../runtime/plan/describe.ts";
import type {
  ChildStep,
  LaunchPlan,
  PrepareStep,
} from "../../runtime/plan/step.ts";
import type { StepOutcome } from "../../runtime/rootfs/prepare.ts";
import { networkLines, type PlannedNetworks } from "./network_plan.ts";
import { printable } from "./printable.ts";

/** What the steps of a plan did. */
export interface PlanOutcomes {
  /** The executor that made the child's steps. */
  readonly launcher: string;
  readonly prepared: readonly StepOutcome[];
  readonly made: readonly StepOutcome[];
}

/** A step as programs read it. */
interface StepJson {
  readonly call: string;
  /** As strace prints it. */
  readonly text: string;
  /** The name its result has in later steps, where `$name` stands for it. */
  readonly as?: string;
  readonly why: string;
  readonly result?: number;
  readonly ms?: number;
}

/**
 * A plan as text for people, or as one line of JSON.
 *
 * @param networks What is done for its networks.
 * @param outcomes What its steps did; absent if it was not carried out.
 */
export function formatPlan(
  plan: LaunchPlan,
  { format, networks }: {
    readonly format: TraceFormat;
    readonly networks?: PlannedNetworks;
  },
  outcomes?: PlanOutcomes,
): string {
  const lines = networks === undefined ? [] : networkLines(networks);
  const prepare = plan.prepare.map((step, index) =>
    stepJson(step, outcomes?.prepared[index])
  );
  // The last step of a plan is one for hosts where the step before it fails.
  const made = plan.child.slice(0, outcomes?.made.length);
  const child = made.map((step, index) =>
    stepJson(step, outcomes?.made[index])
  );
  const clone = `clone3(${plan.clone.text})`;
  if (format === "json") {
    const launcher = outcomes && { launcher: outcomes.launcher };
    const ids = plan.idMaps && { idMaps: plan.idMaps };
    return `${
      JSON.stringify({
        ...launcher,
        ...(lines.length === 0 ? {} : { networks: lines }),
        prepare,
        clone,
        ...ids,
        child,
      })
    }\n`;
  }
  const by = outcomes === undefined
    ? ""
    : `, by the ${outcomes.launcher} launcher`;
  return [
    ...networkPart(lines),
    "In a private mount namespace of tsdocker:",
    ...prepare.map(stepLine),
    `\n${clone}`,
    ...idMapLines(plan),
    `\nIn the new process${by}:`,
    ...child.map(stepLine),
    "",
  ].join("\n");
}

function networkPart(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    "In the network of the host, and in the container's:",
    ...lines.map((line) => `  ${printable(line)}`),
    "",
  ];
}

/** What is written of the ids of the new process before its first step. */
function idMapLines({ idMaps }: LaunchPlan): string[] {
  if (idMaps === undefined) return [];
  return Object.entries(idMaps).map(([kind, text]) =>
    `  /proc/PID/${kind}_map: ${text.trim().replaceAll("\n", ", ")}`
  );
}

function stepJson(
  step: PrepareStep | ChildStep,
  outcome: StepOutcome | undefined,
): StepJson {
  const { call, as, why } = step;
  const text = describeStep(step);
  const planned = { call, text, ...(as === undefined ? {} : { as }), why };
  if (outcome === undefined) return planned;
  const { result, ms } = outcome;
  return { ...planned, result, ms: Math.round(ms * 1e4) / 1e4 };
}

/** Result and time, if there are any, the call, and why it is made. */
function stepLine({ text, as, why, result, ms }: StepJson): string {
  const time = ms === undefined ? "" : `${ms.toFixed(3).padStart(8)} ms  `;
  const value = result === undefined ? "" : ` = ${resultText(result)}`;
  const name = as === undefined ? "" : ` = $${as}`;
  return `  ${time}${printable(text)}${name}${value}\n  ${
    " ".repeat(time.length)
  }  # ${why}`;
}

function resultText(result: number): string {
  return result < 0 ? `-${errnoName(-result) ?? -result}` : String(result);
}
