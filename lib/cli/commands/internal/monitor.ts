/**
 * `tsdocker monitor`, which is not for people: the keeper of one container that
 * runs on its own.
 *
 * @module
 */
import { makeUninheritable } from "../../../../ffi/calls/pipe.ts";
import { receiveDescriptor } from "../../../../ffi/calls/socket.ts";
import { Fd } from "../../../../ffi/fd.ts";
import {
  monitorContainer,
  type MonitorRequest,
} from "../../../engine/containers/monitor.ts";
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
  const message = receiveDescriptor(connection);
  // Whoever has started us needs no monitor after all.
  if (message === undefined) return 0;
  const request = JSON.parse(
    new TextDecoder().decode(message.content),
  ) as MonitorRequest;
  const report = new MonitorReport(connection);
  const engine = {
    ...engineOf(context),
    warn: (text: string) => report.warning(text),
  };
  try {
    const lock = message.descriptor;
    await monitorContainer(engine, { ...request, lock, report });
    return 0;
  } catch (error) {
    report.failed(error);
    return 1;
  }
});
