/**
 * `tsdocker monitor`, which is not for people: the keeper of one container that
 * runs on its own.
 *
 * @module
 */
import { makeUninheritable } from "../../../../ffi/calls/pipe.ts";
import { Fd } from "../../../../ffi/fd.ts";
import { isContainerId } from "../../../base/identifiers.ts";
import { monitorContainer } from "../../../engine/containers/monitor.ts";
import { MonitorReport } from "../../../engine/containers/monitor_report.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `monitor`; descriptors by number. */
export const monitorCommand = defineCommand({
  summary: "Keep a container that runs on its own",
  positionals: [
    { name: "ID" },
    { name: "LOCK" },
    { name: "REPORT" },
    { name: "AWAITS" },
    { name: "IF_REFUSED" },
  ],
  flags: {},
}, async ({ positionals }, context) => {
  const [id = "", lock, reportTo, awaits, ifRefused] = positionals;
  if (!isContainerId(id)) throw new TypeError(`Not an id: ${id}`);
  for (const number of [lock, reportTo]) makeUninheritable(Number(number));
  const report = new MonitorReport(new Fd(Number(reportTo)));
  const engine = engineOf(context);
  try {
    await monitorContainer(
      { ...engine, warn: (text) => report.warning(text) },
      {
        id,
        lock: new Fd(Number(lock)),
        report,
        awaits: awaits === "attached" ? "attached" : "nobody",
        ifRefused: ifRefused === "remove" ? "remove" : "keep",
      },
    );
    return 0;
  } catch (error) {
    report.failed(error);
    return 1;
  }
});
