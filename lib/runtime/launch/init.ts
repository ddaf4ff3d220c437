/**
 * The re-invoked side: process 1 of the container before it is the program.
 * Reads its request from an inherited pipe, walks the steps and executes.
 *
 * @module
 */
import { Arena } from "../../../ffi/arena.ts";
import { unshare } from "../../../ffi/calls/namespace.ts";
import { readAllSync, writeAllSync } from "../../../ffi/calls/pipe.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { lookUp, performIn } from "../../../ffi/perform.ts";
import type { Results } from "../../../ffi/record.ts";
import { STATUS, STATUS_FD } from "../plan/program.ts";
import type { ChildStep } from "../plan/step.ts";
import { decodeRequest, type InitRequest } from "./plan_codec.ts";
import { encodeFrame, type StatusFrame } from "./status_pipe.ts";

/**
 * Becomes the container's program.
 *
 * @param requestFd The inherited pipe with the request.
 * @returns Only if a step failed, which the launcher has been told: the exit
 * status to end with.
 */
export function runInit(requestFd: number): number {
  const request = readRequest(requestFd);
  const results: Results = new Map(request.results);
  using arena = new Arena();
  unshare(Number(request.unshare.value));
  let status = lookUp(results, STATUS);
  for (const [index, step] of request.steps.entries()) {
    const isExec = step.call === "execve" || step.call === "execveat";
    // It cannot report after a success, so the launcher is told beforehand.
    if (isExec) {
      report(status, { index: request.steps.length, result: 0, ms: 0 });
    }
    const frame = makeStep(step, index, { arena, results });
    // Every other descriptor has just been closed.
    if (step.call === "close_range") status = STATUS_FD;
    if (frame.result < 0 && !tolerates(step, frame.result)) {
      report(status, frame);
      return 127;
    }
    if (request.tracing === "steps") report(status, frame);
  }
  return 127;
}

function readRequest(number: number): InitRequest {
  using readable = new Fd(number);
  return decodeRequest(readAllSync(readable));
}

function makeStep(
  step: ChildStep,
  index: number,
  { arena, results }: { arena: Arena; results: Results },
): StatusFrame {
  const start = performance.now();
  try {
    const result = performIn(arena, step, results);
    return { index, result, ms: performance.now() - start };
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return { index, result: -error.errno, ms: performance.now() - start };
  }
}

function tolerates(step: ChildStep, result: number): boolean {
  return step.tolerate?.some((name) => ERRNO[name] === -result) ?? false;
}

function report(number: number, frame: StatusFrame): void {
  const status = new Fd(number);
  try {
    writeAllSync(status, encodeFrame(frame));
  } finally {
    status.release();
  }
}
