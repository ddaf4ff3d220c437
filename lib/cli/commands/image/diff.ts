/**
 * `tsdocker image diff`: what an image has other than another one.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { listImageChanges } from "../../../engine/images/image_changes.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { formatChanges } from "../../output/changes.ts";

/** The command `image diff`. */
export const imageDiffCommand = defineCommand({
  summary: "List files that an image has added, changed and removed",
  description: "A is added, C is changed, D is removed: by the topmost layer " +
    "of IMAGE, or in IMAGE as compared with OTHER. Of two images files count " +
    "as the same if kind, mode, owner, size and time are.",
  positionals: [{ name: "IMAGE" }, { name: "OTHER", optional: true }],
  flags: {},
}, async ({ positionals: [image = "", other] }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  const changes = await listImageChanges(engine, image, other);
  context.stdout.write(formatChanges(changes));
  return 0;
});
