/**
 * `tsdocker monitor`, which is not for people: the keeper of one container that
 * runs on its own.
 *
 * @module
 */
import { makeUninheritable } from "../../../../ffi/calls/pipe.ts";
import {
  type ReceivedDescriptors,
  receiveDescriptors,
} from "../../../../ffi/calls/socket.ts";
import { Fd } from "../../../../ffi/fd.ts";
import { openContainer } from "../../../engine/containers/create.ts";
import {
  monitorContainer,
  takeOverContainer,
} from "../../../engine/containers/monitor.ts";
import type { MonitorRequest } from "../../../engine/containers/monitor_request.ts";
import type { Engine } from "../../../engine/engine.ts";
import { MonitorReport } from "../../../engine/containers/monitor_report.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `monitor`. */
export const monitorCommand = defineCommand({
  summary: "Keep a container that runs on its own",
  positionals: [{ name: "SOCKET" }],
  flags: {},
}, async ({ positionals: [socket] }, context) => {
  makeUninheritable(Number(socket));
  const connection = new Fd(Number(socket));
  const message = receiveDescriptors(connection);
  // Whoever has started us needs no monitor after all.
  if (message === undefined) return 0;
  const report = new MonitorReport(connection);
  const engine = {
    ...engineOf(context),
    warn: (text: string) => report.warning(text),
  };
  try {
    await carryOut(engine, message, report);
    return 0;
  } catch (error) {
    report.failed(error);
    return 1;
  }
});

/** Does what it is told, until that has ended. */
async function carryOut(
  engine: Engine,
  { content, descriptors: [first, second] }: ReceivedDescriptors,
  report: MonitorReport,
): Promise<void> {
  const request = JSON.parse(
    new TextDecoder().decode(content),
  ) as MonitorRequest;
  switch (request.kind) {
    case "start":
      return await monitorContainer(engine, {
        ...request,
        container: openContainer(engine.paths, request.id, first),
        report,
      });
    case "take-over": {
      if (second === undefined) throw new TypeError("There is no terminal");
      const given = { lock: first, terminal: second, report };
      return await takeOverContainer(engine, { ...request, ...given });
    }
    case "take-over-exec": {
      const { takeOverExec } = await import(
        "../../../engine/containers/take_over_exec.ts"
      );
      return await takeOverExec(engine, {
        ...request,
        terminal: first,
        report,
      });
    }
  }
}
