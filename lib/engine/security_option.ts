/**
 * `--security-opt`: what confines a container besides its capabilities.
 *
 * @module
 * @see docs.docker.com/reference/cli/docker/container/run, "security-opt"
 */
import { UsageError } from "../base/errors.ts";
import type { SeccompProfile } from "../runtime/security/seccomp/profile.ts";

export type { SeccompProfile };

/** Which system calls a container may make. */
export type SeccompChoice = "default" | "unconfined" | SeccompProfile;

/** What the options say; an absent one says nothing. */
export interface SecurityChoices {
  readonly noNewPrivileges: boolean;
  /** A file is a path as written, still to be read. */
  readonly seccomp?: "default" | "unconfined" | { readonly file: string };
  readonly systemPaths?: "unconfined";
  /** Name of a profile, or `unconfined`. */
  readonly apparmor?: string;
}

const TRUE: ReadonlySet<string> = new Set([
  "1",
  "t",
  "T",
  "true",
  "TRUE",
  "True",
]);
const FALSE: ReadonlySet<string> = new Set([
  "0",
  "f",
  "F",
  "false",
  "FALSE",
  "False",
]);

/**
 * Reads all `--security-opt NAME=VALUE`; `:` separates as well as `=`. Of
 * several of one name the last one counts.
 *
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   parseSecurityOptions(["no-new-privileges", "seccomp=unconfined"]),
 *   { noNewPrivileges: true, seccomp: "unconfined" },
 * );
 * ```
 */
export function parseSecurityOptions(
  texts: readonly string[],
): SecurityChoices {
  return texts.reduce<SecurityChoices>(
    (choices, text) => ({ ...choices, ...parseSecurityOption(text) }),
    { noNewPrivileges: false },
  );
}

function parseSecurityOption(text: string): Partial<SecurityChoices> {
  if (text === "no-new-privileges") return { noNewPrivileges: true };
  const [, name = "", value = ""] = /^([^=:]+)[=:](.+)$/s.exec(text) ?? [];
  if (name === "") throw new UsageError(`Invalid --security-opt: "${text}"`);
  switch (name) {
    case "no-new-privileges":
      if (TRUE.has(value)) return { noNewPrivileges: true };
      if (FALSE.has(value)) return { noNewPrivileges: false };
      break;
    case "seccomp":
      if (value === "unconfined") return { seccomp: value };
      if (value === "builtin" || value === "default") {
        return { seccomp: "default" };
      }
      return { seccomp: { file: value } };
    case "systempaths":
      if (value === "unconfined") return { systemPaths: value };
      break;
    case "apparmor":
      if (!/[\p{Cc}\s]/u.test(value)) return { apparmor: value };
      break;
    case "label":
      if (value === "disable") return {};
      throw new UsageError(
        `Cannot set the label "${value}": SELinux is not supported`,
        { advice: "--security-opt label=disable, or none" },
      );
  }
  throw new UsageError(`invalid --security-opt 2: "${text}"`, {
    advice:
      "no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined or apparmor=NAME|unconfined",
  });
}
