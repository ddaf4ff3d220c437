/**
 * `tsdocker volume exists`: whether there is a volume, for scripts.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { hasVolume } from "../../../engine/volumes/find_volume.ts";
import { defineCommand } from "../../command.ts";
import { EXIT_STATUS } from "../../errors.ts";

/** The command `volume exists`. */
export const volumeExistsCommand = defineCommand({
  summary: "Tell by the exit status whether there is a volume",
  description: "0 if there is, 1 if there is none, 125 if that cannot be told.",
  positionals: [{ name: "VOLUME" }],
  flags: {},
  failureStatus: EXIT_STATUS.engineFailure,
}, async ({ positionals: [name = ""] }, { paths, log }) => {
  await settle({ paths, warn: log.warn });
  return hasVolume(paths, name) ? EXIT_STATUS.success : EXIT_STATUS.failure;
});
