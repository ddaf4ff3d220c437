/**
 * `tsdocker doctor`: what of this host works for containers, and what not.
 *
 * @module
 */
import { diagnose } from "../../engine/doctor/diagnose.ts";
import { KernelProbe } from "../../engine/doctor/kernel_probe.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { EXIT_STATUS } from "../errors.ts";
import {
  type Colour,
  diagnosisJson,
  formatDiagnosis,
} from "../output/diagnosis.ts";

/** The command `doctor`. */
export const doctorCommand = defineCommand({
  summary: "Check what this host offers to containers",
  description:
    "Each line is ok, degraded or missing. What is not ok is followed by what " +
    "that costs, the flags of run that will not work, and what would help. " +
    "Whatever can be tried is tried, and leaves no trace on the host.\n\n" +
    "The exit status is 1 if run cannot work at all, else 0.",
  positionals: [],
  flags: {
    json: {
      type: "boolean",
      long: "json",
      description: "Print one JSON document",
    },
  },
  examples: [
    {
      line: "doctor | grep -A3 ^missing",
      purpose: "shows what is missing, and what to do about it",
    },
    {
      line: "--root /mnt/disk doctor",
      purpose: "checks another place for containers and layers",
    },
  ],
}, ({ options }, context) => {
  using probe = new KernelProbe(context.paths);
  const diagnosis = diagnose(probe);
  context.stdout.write(
    options.json
      ? diagnosisJson(diagnosis)
      : formatDiagnosis(diagnosis, colourFor(context)),
  );
  return diagnosis.ok ? EXIT_STATUS.success : EXIT_STATUS.failure;
});

/**
 * Whether to use colours: on a terminal that has them, unless `NO_COLOR` is
 * set to anything.
 *
 * @see https://no-color.org
 */
export function colourFor(
  { env, stdoutIsTerminal }: Pick<CommandContext, "env" | "stdoutIsTerminal">,
): Colour {
  const isUnwanted = (env.get("NO_COLOR") ?? "") !== "" ||
    env.get("TERM") === "dumb";
  return stdoutIsTerminal() && !isUnwanted ? "coloured" : "plain";
}
