/**
 * Fields of values, and of those fields again.
 *
 * @module
 */
import { evaluationError } from "./error.ts";
import type { Place } from "./node.ts";
import { NO_VALUE, typeName } from "./value.ts";

/** What is asked of a value. */
export interface FieldRequest {
  /** Names, each of a field of the one before. */
  readonly fields: readonly string[];
  /** For the last of them, if it is a function. */
  readonly args: readonly unknown[];
  readonly place: Place;
}

/**
 * Gives a field of a field … of a value. Only own properties are fields, so
 * that nothing of the language shows.
 *
 * @throws {UsageError} If a struct has no such field, in the words docker has
 * for it: `map has no entry for key "Health"`.
 */
export function fieldsOf(
  value: unknown,
  { fields, args, place }: FieldRequest,
): unknown {
  let item = value;
  for (const [index, field] of fields.entries()) {
    if (item === undefined || item === null) {
      throw evaluationError(
        place,
        index === 0
          ? `nil data; no entry for key "${field}"`
          : `map has no entry for key "${fields[index - 1]}"`,
      );
    }
    item = fieldOf(item, field, place);
    if (typeof item === "function") {
      item = item(...(index === fields.length - 1 ? args : []));
      if (index === fields.length - 1) return item;
    }
  }
  if (args.length === 0) return item;
  throw evaluationError(
    place,
    `can't give argument to non-function ${place.text}`,
  );
}

function fieldOf(value: unknown, field: string, place: Place): unknown {
  if (value === NO_VALUE) return NO_VALUE;
  if (value instanceof Map) {
    return value.has(field) ? value.get(field) : NO_VALUE;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw evaluationError(
      place,
      `can't evaluate field ${field} in type ${typeName(value)}`,
    );
  }
  if (Object.hasOwn(value, field)) return Reflect.get(value, field);
  throw evaluationError(
    place,
    `map has no entry for key "${field}"`,
    `one of ${Object.keys(value).map((name) => `.${name}`).join(", ")}`,
  );
}
