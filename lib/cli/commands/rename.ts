/**
 * `tsdocker rename`: gives a container another name.
 *
 * @module
 */
import { settle } from "../../engine/containers/reconcile.ts";
import { renameContainer } from "../../engine/containers/rename.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";

/** The command `rename`. */
export const renameCommand = defineCommand({
  summary: "Rename a container, running or not",
  positionals: [{ name: "CONTAINER" }, { name: "NAME" }],
  flags: {},
}, async ({ positionals: [container = "", name = ""] }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  renameContainer(engine, container, name);
  return EXIT_STATUS.success;
});
