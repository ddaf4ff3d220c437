/**
 * Reading JSON that holds secrets: what is wrong with it is said without
 * quoting it.
 *
 * @module
 */
import { SpecError } from "../../base/errors.ts";
import { JsonValue } from "../../base/json_value.ts";

/**
 * Reads a document.
 *
 * @throws {SpecError} If it is not JSON.
 */
export function parseSecretJson(text: string, attempt: string): JsonValue {
  try {
    return JsonValue.parse(text, attempt);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    // Not its cause, either: V8 quotes what it could not read.
    throw new SpecError("", `${attempt}: it is not JSON`);
  }
}

/**
 * The text of a member, or `undefined` if it is absent or empty.
 *
 * @throws {SpecError} If it is no string, without telling what it is.
 */
export function secretText(
  parent: JsonValue,
  name: string,
): string | undefined {
  const { value } = parent.member(name);
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value;
  return parent.refuse(`has a member "${name}" that is not a string`);
}
