/**
 * `tsdocker exists`: whether there is a container, for scripts.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { EXIT_STATUS } from "../errors.ts";

/** The command `exists`. */
export const existsCommand = defineCommand({
  summary: "Tell by the exit status whether there is a container",
  description: "0 if there is, 1 if there is none, 125 if that cannot be told.",
  positionals: [{ name: "CONTAINER" }],
  flags: {},
  failureStatus: EXIT_STATUS.engineFailure,
}, async ({ positionals: [reference = ""] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  try {
    findConfig(paths, reference);
    return EXIT_STATUS.success;
  } catch (error) {
    if (error instanceof NotFoundError) return EXIT_STATUS.failure;
    throw error;
  }
});
