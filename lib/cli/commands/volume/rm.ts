/**
 * `tsdocker volume rm`: removes volumes.
 *
 * @module
 */
import { NotFoundError } from "../../../base/errors.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { removeNamedVolume } from "../../../engine/volumes/remove_volume.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { forEachTarget } from "../../targets.ts";

/** The command `volume rm`. */
export const volumeRmCommand = defineCommand({
  summary: "Remove volumes with their files",
  description: "A volume that a container has, running or not, is not " +
    "removed. All are tried, even if one fails.",
  positionals: [{ name: "VOLUME", repeats: true }],
  flags: {
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description: "Forgive missing ones",
    },
  },
}, async ({ options: { force }, positionals }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  return forEachTarget(positionals, context, {
    force,
    act: (name) => {
      try {
        removeNamedVolume(engine, name);
      } catch (error) {
        // As docker does, that name is told too.
        if (!force || !(error instanceof NotFoundError)) throw error;
      }
    },
  });
});
