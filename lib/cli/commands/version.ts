/**
 * `tsdocker version`: what this program is and how it was made.
 *
 * @module
 */
import { buildInfo } from "../../base/build_info.ts";
import { defineCommand } from "../command.ts";
import { formatFields } from "../output/fields.ts";
import { FORMAT_FLAG } from "../output/format_flag.ts";

/** The command `version`. */
export const versionCommand = defineCommand({
  summary: "Print the version and how this program was built",
  positionals: [],
  flags: { format: FORMAT_FLAG },
}, ({ options }, { stdout }) => {
  const { version, commit, kind, denoVersion, arch } = buildInfo();
  stdout.write(
    formatFields([
      ["Version", version],
      ["Git commit", commit],
      ["Build", kind],
      ["Deno", denoVersion],
      ["OS/Arch", `${Deno.build.os}/${arch}`],
    ], options.format),
  );
  return 0;
});

/** The one line of `tsdocker --version`. */
export function versionLine(): string {
  const { version, commit } = buildInfo();
  return `tsdocker version ${version}, build ${commit}\n`;
}
