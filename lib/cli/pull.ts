/**
 * Pulling for commands: progress on stderr, in docker's words.
 *
 * @module
 */
import { formatPlatform, parsePlatform } from "../oci/platform.ts";
import { assertRoot } from "../engine/containers/reconcile.ts";
import { endTidily } from "../storage/tidy_end.ts";
import { familiarName, type ImageReference } from "../oci/reference.ts";
import { explainingHost } from "../engine/images/explain_host.ts";
import { type Pulled, pullImage } from "../engine/images/pull.ts";
import { openRegistries } from "../engine/images/registry_access.ts";
import { RegistryError } from "../registry/registry_error.ts";
import type { CommandContext } from "./context.ts";
import { printable } from "./output/printable.ts";
import { hideTransfer, showTransfer } from "./output/transfer_progress.ts";
import { registrySetupOf } from "./registry_setup.ts";

/** What is needed of the command line that pulls. */
export type PullContext = Pick<
  CommandContext,
  "paths" | "env" | "stderr" | "stderrSize" | "log"
>;

/** How to pull. */
export interface PullOptions {
  readonly quiet: boolean;
  /** As the user wrote it. */
  readonly platform?: string | undefined;
}

/** Pulls an image, and says so. */
export async function pullAloud(
  context: PullContext,
  reference: ImageReference,
  { quiet, platform }: PullOptions,
): Promise<Pulled> {
  const say = (line: string): void => {
    if (!quiet) context.stderr.write(`${printable(line)}\n`);
  };
  assertRoot();
  using _tidy = endTidily();
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  using access = openRegistries(
    registrySetupOf(context.env),
    new AbortController().signal,
  );
  const { tag, digest, repository } = reference;
  const forWhom = wanted === undefined ? "" : ` (${formatPlatform(wanted)})`;
  say(`${digest ?? tag ?? ""}: Pulling from ${repository}${forWhom}`);
  const attempt = `Cannot pull "${familiarName(reference)}"`;
  const pulled = await explainingHost(
    attempt,
    () =>
      pullImage(context, access, {
        reference,
        ...(wanted === undefined ? {} : { platform: wanted }),
        events: quiet ? hideTransfer(context) : showTransfer(context),
      }),
  ).catch((error: unknown) => {
    throw advised(error);
  });
  say(`Digest: ${pulled.digest}`);
  const name = familiarName(reference);
  say(
    pulled.isNew
      ? `Status: Downloaded newer image for ${name}`
      : `Status: Image is up to date for ${name}`,
  );
  return pulled;
}

/** Who cannot be reached may not be needed. */
function advised(error: unknown): unknown {
  const isUnreachable = error instanceof RegistryError && error.status === 0 &&
    error.advice === undefined;
  if (!isUnreachable) return error;
  const advice = "tsdocker images, which lists what is here";
  const { code, message } = error;
  return new RegistryError(0, code, message, { cause: error, advice });
}
