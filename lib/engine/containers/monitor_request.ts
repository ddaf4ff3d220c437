/**
 * What a monitor is told by who starts it: one message, with descriptors.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";

/** Start a container, or take over one whose monitor was killed; with its lock. */
export interface StartRequest {
  readonly kind: "start";
  readonly id: ContainerId;
  /** Whether to wait for somebody to attach before the first start. */
  readonly awaits: "nobody" | "attached";
  /** What becomes of a container that cannot be started. */
  readonly ifRefused: "remove" | "keep";
}

/** Go on with what a foreground `run` has kept; with its lock and terminal. */
export interface TakeOverRequest {
  readonly kind: "take-over";
  readonly id: ContainerId;
}

/** Stay with a program that `exec` has left; with its terminal. */
export interface TakeOverExecRequest {
  readonly kind: "take-over-exec";
  /** Of its container. */
  readonly id: ContainerId;
  readonly execId: string;
  readonly process: ProcessIdentity;
}

/** One of these. */
export type MonitorRequest =
  | StartRequest
  | TakeOverRequest
  | TakeOverExecRequest;
