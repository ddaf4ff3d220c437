/**
 * `tsdocker network exists`: whether there is a network, for scripts.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { hasNetwork } from "../../../engine/networks/list_all_networks.ts";
import { defineCommand } from "../../command.ts";
import { EXIT_STATUS } from "../../errors.ts";

/** The command `network exists`. */
export const networkExistsCommand = defineCommand({
  summary: "Tell by the exit status whether there is a network",
  description: "0 if there is, 1 if there is none, 125 if that cannot be told.",
  positionals: [{ name: "NETWORK" }],
  flags: {},
  failureStatus: EXIT_STATUS.engineFailure,
}, async ({ positionals: [reference = ""] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  return hasNetwork(paths, reference)
    ? EXIT_STATUS.success
    : EXIT_STATUS.failure;
});
