/**
 * Errors about a network that no flag has named: they say what has.
 *
 * @module
 */
import {
  ConflictError,
  NotFoundError,
  type TsdockerError,
  UsageError,
} from "../../base/errors.ts";

/** The network of containers whose options name none. */
export interface NetworkDefault {
  /** As `--network` takes it. */
  readonly defaultNetwork: string;
  /** What has set that, such as a variable; absent: nobody. */
  readonly networkSource?: string;
}

/** What comes of a wrong name of a network, or of one that does not fit. */
const KINDS = [UsageError, NotFoundError, ConflictError] as const;

/** That part of more. */
export function networkDefaultOf(
  { defaultNetwork, networkSource }: NetworkDefault,
): NetworkDefault {
  return networkSource === undefined
    ? { defaultNetwork }
    : { defaultNetwork, networkSource };
}

/**
 * The same error, beginning with where the network's name comes from.
 *
 * @param source Such as the name of a variable; absent for a flag, or for
 * nobody: then the error stays as it is.
 */
export function withSource(
  error: unknown,
  source: string | undefined,
): unknown {
  const Kind = KINDS.find((kind) => error instanceof kind);
  if (source === undefined || Kind === undefined) return error;
  const { message, advice } = error as TsdockerError;
  return new Kind(`${source}: ${message}`, {
    cause: error,
    ...(advice === undefined ? {} : { advice }),
  });
}
