/**
 * `tsdocker rm`: removes containers and their layers.
 *
 * @module
 */
import { listIds } from "../../engine/containers/list.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { removeContainer } from "../../engine/containers/remove.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { checkPositionals } from "../positionals.ts";
import { forEachTarget } from "../targets.ts";

/** The command `rm`. */
export const rmCommand = defineCommand({
  summary: "Remove containers",
  description: "A container is given by name, by id, or by the beginning of " +
    "its id if no other begins so. All are tried, even if one fails. Volumes " +
    "without a name go with the last container that has them.",
  positionals: [{ name: "CONTAINER", optional: true, repeats: true }],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Remove all containers",
    },
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description: "Kill running containers first; forgive missing ones",
    },
    volumes: {
      type: "boolean",
      long: "volumes",
      short: "v",
      description: "Remove volumes without a name; the default",
    },
    keepVolumes: {
      type: "boolean",
      long: "keep-volumes",
      description: "Leave volumes without a name",
    },
  },
}, async ({ options, positionals }, context) => {
  if (!options.all && !options.force) {
    checkPositionals(
      "rm",
      [{ name: "CONTAINER", repeats: true }],
      positionals.length,
    );
  }
  const engine = engineOf(context);
  await settle(engine);
  const targets = options.all ? listIds(engine.paths) : positionals;
  const running = options.force ? "kill" : "refuse";
  return forEachTarget(targets, context, {
    force: options.force,
    act: (target) =>
      removeContainer(engine, target, {
        running,
        ...(options.keepVolumes ? { volumes: "keep" } : {}),
      }),
  });
});
