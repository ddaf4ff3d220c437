/**
 * `tsdocker create`: makes a container and leaves starting it for later.
 *
 * @module
 */
import { createOnly } from "../../engine/containers/create_only.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";
import { CREATE_FLAGS, toCreateOptions } from "./run_options.ts";

/** The command `create`. */
export const createCommand = defineCommand({
  summary: "Create a container without starting it",
  description: "Takes what run takes, and prints the container's id.",
  positionals: [
    { name: "IMAGE" },
    { name: "COMMAND", optional: true },
    { name: "ARG", optional: true, repeats: true },
  ],
  stopsAtPositional: true,
  flags: CREATE_FLAGS,
  examples: [
    {
      line: "create --name web busybox httpd -f",
      purpose: "makes a container for start to start",
    },
  ],
}, async (invocation, context) => {
  const options = await toCreateOptions(invocation, {
    env: context.env,
    readTextFile: (path) => Deno.readTextFileSync(path),
  });
  const id = await createOnly(engineOf(context), options);
  context.stdout.write(`${id}\n`);
  return EXIT_STATUS.success;
});
