/**
 * `tsdocker exec`: runs a further program in a running container.
 *
 * @module
 */
import { runExec, runExecDetached } from "../../engine/containers/run_exec.ts";
import { detachKeysOf } from "../../runtime/stdio/detach_keys.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { EXIT_STATUS } from "../errors.ts";
import { assertTerminal, LEFT_MESSAGE } from "../session_terminal.ts";
import { PROCESS_FLAGS, readEnvironment } from "./run_flags/process.ts";

/** The command `exec`; its status is the program's. */
export const execCommand = defineCommand({
  summary: "Run a command in a running container",
  description:
    "It is confined as the container's own program is, and ends with the " +
    "container. It also ends with this tsdocker, unless it is detached; in a " +
    "terminal ctrl-p ctrl-q leaves it running.\n\n" +
    "The exit status is the command's own; 128 plus its number if a signal " +
    "ended it; 127 if the command was not found, 126 if it could not be " +
    "executed, 1 if the container does not run.",
  positionals: [
    { name: "CONTAINER" },
    { name: "COMMAND" },
    { name: "ARG", optional: true, repeats: true },
  ],
  stopsAtPositional: true,
  flags: {
    interactive: {
      type: "boolean",
      long: "interactive",
      short: "i",
      description: "Connect stdin to the command",
    },
    tty: {
      type: "boolean",
      long: "tty",
      short: "t",
      description: "Give the command a terminal of its own",
    },
    detach: {
      type: "boolean",
      long: "detach",
      short: "d",
      description: "Leave it running, connected to nothing",
    },
    ...PROCESS_FLAGS,
    privileged: {
      type: "boolean",
      long: "privileged",
      description: "Give the command all capabilities",
    },
    detachKeys: {
      type: "string",
      long: "detach-keys",
      placeholder: "keys",
      description: "What leaves it running (default ctrl-p,ctrl-q)",
    },
  },
  examples: [
    { line: "exec -it web sh", purpose: "gives you a shell in a container" },
    {
      line: "exec -u 33 -w /srv web ls -l",
      purpose: "looks around as another user",
    },
  ],
}, async ({ options, positionals }, context) => {
  const { interactive, detach, detachKeys, env, envFile, ...same } = options;
  const [reference = "", program = "", ...rest] = positionals;
  const keys = detachKeysOf({ detachKeys });
  const engine = engineOf(context);
  const request = {
    ...same,
    args: [program, ...rest] as const,
    env: readEnvironment({ env, envFile }, {
      env: context.env,
      readTextFile: (path) => Deno.readTextFileSync(path),
    }),
  };
  if (detach) {
    await runExecDetached(engine, reference, request);
    return EXIT_STATUS.success;
  }
  assertTerminal(options, context);
  const end = await runExec(engine, reference, {
    ...request,
    interactive,
    detachKeys: keys,
  });
  if (end !== "left") return end;
  context.stderr.write(LEFT_MESSAGE);
  return EXIT_STATUS.success;
});
