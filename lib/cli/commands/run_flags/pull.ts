/**
 * Flags of `run` and `create` that are about where the image comes from.
 *
 * @module
 */
import { PULL_POLICIES } from "../../../engine/run_options.ts";
import type { FlagTable } from "../../flag.ts";

/** Those flags. */
export const PULL_FLAGS = {
  pull: {
    type: "string",
    long: "pull",
    placeholder: "policy",
    choices: PULL_POLICIES,
    default: "missing",
    description:
      "When to download the image: missing, always, never, or newer to look for a newer one",
  },
  quiet: {
    type: "boolean",
    long: "quiet",
    short: "q",
    description: "Show no progress of a download",
  },
  platform: {
    type: "string",
    long: "platform",
    placeholder: "os/arch",
    description: "Use the image for another platform, such as linux/arm64",
  },
} as const satisfies FlagTable;
