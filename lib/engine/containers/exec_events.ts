/**
 * What is written down of a further program in a container.
 *
 * @module
 */
import { createContainerId } from "../../base/identifiers.ts";
import type { Engine } from "../engine.ts";
import { type EventAction, recordContainerEvent } from "../events.ts";
import type { ExecTarget } from "./exec_target.ts";

/** The events of one program. */
export interface ExecEvents {
  /** What tells it from others. */
  readonly execId: string;
  record(
    action: "exec_start" | ExecChange,
    attributes?: Readonly<Record<string, string>>,
  ): void;
}

/** What may happen to it once it runs. */
export type ExecChange = "exec_detach" | "exec_die";

/** Writes down what happens to one program; the first is that it is wanted. */
export function execEvents(
  { paths }: Engine,
  { config }: Pick<ExecTarget, "config">,
  { args }: { readonly args: readonly string[] },
): ExecEvents {
  const execId = createContainerId();
  const command = args.join(" ");
  const record = (
    action: EventAction,
    attributes: Readonly<Record<string, string>> = {},
  ): void =>
    recordContainerEvent(paths, config, {
      action,
      attributes: { execID: execId, ...attributes },
    });
  record(`exec_create: ${command}`);
  return {
    execId,
    record: (action, attributes) =>
      record(
        action === "exec_start" ? `exec_start: ${command}` : action,
        attributes,
      ),
  };
}
