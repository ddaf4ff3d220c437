/**
 * `tsdocker network inspect`: everything there is to tell of networks.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { inspectNetwork } from "../../../engine/networks/inspect_network.ts";
import { defineCommand } from "../../command.ts";
import {
  INSPECT_HELP,
  inspectFormatFlag,
  inspectTargets,
} from "../../inspect_targets.ts";

/** The command `network inspect`. */
export const networkInspectCommand = defineCommand({
  summary: "Print everything about networks",
  description: INSPECT_HELP,
  positionals: [{ name: "NETWORK", repeats: true }],
  flags: { format: inspectFormatFlag("{{.IPAM.Config}}") },
}, async ({ options: { format = "" }, positionals }, context) => {
  const { paths, log } = context;
  await settle({ paths, warn: log.warn });
  return await inspectTargets(positionals, context, {
    format,
    inspect: (name) => inspectNetwork(paths, name),
  });
});
