/**
 * `tsdocker completion SHELL`: what a shell needs to complete our words.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "../completion/scripts.ts";

/** The command `completion`. */
export const completionCommand = defineCommand({
  summary: "Print the completion script for a shell",
  description: `The shell is ${SHELLS.slice(0, -1).join(", ")} or fish.`,
  positionals: [{ name: "SHELL" }],
  flags: {},
  examples: [
    {
      line: "completion bash >/etc/bash_completion.d/tsdocker",
      purpose: "completes words in bash from the next login on",
    },
    {
      line: "completion zsh >/usr/local/share/zsh/site-functions/_tsdocker",
      purpose: "does in zsh",
    },
  ],
}, ({ positionals: [name] }, { stdout }) => {
  const shell = SHELLS.find((known) => known === name);
  if (shell === undefined) {
    throw new UsageError(`There is no completion for the shell "${name}"`, {
      advice: `one of ${SHELLS.join(", ")}`,
    });
  }
  stdout.write(COMPLETION_SCRIPTS[shell]);
  return 0;
});
