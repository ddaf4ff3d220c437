/**
 * `tsdocker init`, which is not for people: the re-invoking launcher starts it
 * as process 1 of a container, and it becomes the container's program.
 *
 * @module
 */
import { runInit } from "../../../runtime/launch/init.ts";
import { defineCommand } from "../../command.ts";

/** The command `init`. */
export const initCommand = defineCommand({
  summary: "Become a container's program",
  positionals: [{ name: "FD" }],
  flags: {},
}, ({ positionals: [fd] }) => runInit(Number(fd)));
