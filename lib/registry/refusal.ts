/**
 * From an answer that is not what was hoped for to the error that says so.
 *
 * @module
 */
import { TsdockerError } from "../base/errors.ts";
import { type Reading, readWhole } from "./body.ts";
import { readRefusal, RegistryError } from "./registry_error.ts";
import { isBusyStatus, parseRetryAfter, PassingError } from "./retry.ts";

const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * The error of an answer, which is read to its end.
 *
 * @param attempt What was attempted: `Cannot get the manifest of "a:1"`.
 * @returns Not thrown; a {@linkcode PassingError} if asking again may help.
 */
export async function refusalOf(
  response: Response,
  attempt: string,
  reading: Reading,
): Promise<RegistryError> {
  const { status, headers } = response;
  const { code, message } = readRefusal(await textOf(response, reading));
  const said = message ?? code?.toLowerCase().replaceAll("_", " ");
  const why = said === undefined
    ? `the registry answers ${statusName(status)}`
    : `${said} (${statusName(status)})`;
  if (isBusyStatus(status)) {
    const wait = parseRetryAfter(headers.get("retry-after"), Date.now());
    return new PassingError(status, wait, `${attempt}: ${why}`);
  }
  return new RegistryError(status, code, `${attempt}: ${why}`);
}

/** As much of it as there is: the status alone would do. */
async function textOf(response: Response, reading: Reading): Promise<string> {
  try {
    const bytes = await readWhole(response, MAX_REFUSAL_BYTES, reading);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof TsdockerError) return "";
    throw error;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  400: "bad request",
  401: "unauthorized",
  403: "forbidden",
  404: "not found",
  405: "method not allowed",
  413: "too large",
  429: "too many requests",
  500: "internal error",
  502: "bad gateway",
  503: "service unavailable",
  504: "gateway timeout",
};

function statusName(status: number): string {
  const name = NAMES[status];
  return name === undefined ? `${status}` : `${status} ${name}`;
}
