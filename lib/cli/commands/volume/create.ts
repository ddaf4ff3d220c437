/**
 * `tsdocker volume create`: makes a volume.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { createVolume } from "../../../engine/volumes/create_volume.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `volume create`. */
export const volumeCreateCommand = defineCommand({
  summary: "Make a volume",
  description: "Without a name it is given one. If there is one of the name, " +
    "it stays as it is.",
  positionals: [{ name: "VOLUME", optional: true }],
  flags: {
    driver: {
      type: "string",
      long: "driver",
      short: "d",
      default: "local",
      description: "Only local",
    },
    label: {
      type: "list",
      long: "label",
      description: "Note something about it: KEY[=VALUE]",
    },
    opt: {
      type: "list",
      long: "opt",
      short: "o",
      description: "Options of drivers; local has none",
      hidden: true,
    },
  },
}, async ({ options, positionals: [name] }, context) => {
  const { driver, label: labels, opt } = options;
  const [unknown] = opt;
  if (unknown !== undefined) {
    throw new UsageError(`invalid option: "${unknown}"`, {
      advice: "--mount type=bind, or --tmpfs",
    });
  }
  const engine = engineOf(context);
  await settle(engine);
  const created = await createVolume(engine.paths, {
    driver,
    labels,
    ...(name === undefined ? {} : { name }),
  });
  context.stdout.write(`${created}\n`);
  return 0;
});
