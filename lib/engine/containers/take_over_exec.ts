/**
 * Who stays with a further program in a container once its `exec` was left.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { ConflictError } from "../../base/errors.ts";
import { leaveService } from "../../monitor/leave_service.ts";
import { adoptProcess } from "../../runtime/adopted_process.ts";
import { drainInto } from "../../runtime/stdio/pump.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { exitCodeOf } from "./exit_record.ts";
import type { MonitorReport } from "./monitor_report.ts";
import type { TakeOverExecRequest } from "./monitor_request.ts";
import { readConfig } from "./records.ts";

/** What it is given. */
export interface TakeOverExecOptions extends Omit<TakeOverExecRequest, "kind"> {
  /** The master side of the program's terminal. */
  readonly terminal: Fd;
  /** Whom to tell that it can be left now. */
  readonly report: MonitorReport;
}

/**
 * Reads what the program writes, for nobody, and writes down its end.
 *
 * @throws {ConflictError} If it has ended meanwhile.
 */
export async function takeOverExec(
  { paths }: Pick<Engine, "paths">,
  { id, execId, process: identity, terminal, report }: TakeOverExecOptions,
): Promise<void> {
  using _terminal = terminal;
  const process = adoptProcess(identity);
  const config = readConfig(paths, id);
  if (process === undefined || config === undefined) {
    throw new ConflictError("It has ended");
  }
  if (config.cgroupsPath !== undefined) await leaveService();
  report.started(process.pid);
  // It would wait for ever for somebody to read what it writes.
  void drainInto(terminal, () => "more");
  const exitCode = exitCodeOf(await process.wait());
  recordContainerEvent(paths, config, {
    action: "exec_die",
    attributes: { execID: execId, exitCode: String(exitCode) },
  });
}
