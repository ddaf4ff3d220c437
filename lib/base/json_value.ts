/**
 * Reading JSON that people write: every value knows where it stands, and what
 * is wrong with it is said with that place.
 *
 * @module
 */
import { SpecError } from "./errors.ts";

/** 64 bits without sign: in decimal digits where a number is not exact. */
export type ExactInteger = number | `${bigint}`;

/** What a failure begins with: `Cannot use the seccomp profile`. */
type Attempt = string;

const LARGEST_WORD = 2n ** 64n - 1n;
/** Longer values are cut in messages. */
const SHOWN_CHARACTERS = 60;

/** A value of a JSON document; `null` counts as absent, as it does in Go. */
export class JsonValue {
  /**
   * @param value As `JSON.parse` left it.
   * @param pointer Where it is in the document (RFC 6901).
   */
  constructor(
    readonly value: unknown,
    readonly pointer: string,
    private readonly attempt: Attempt,
  ) {}

  /**
   * Reads a document. Integers that a number cannot hold are kept as `bigint`.
   *
   * @throws {SpecError} If it is not JSON.
   */
  static parse(text: string, attempt: Attempt): JsonValue {
    try {
      return new JsonValue(JSON.parse(text, keepIntegers), "", attempt);
    } catch (cause) {
      // A document nested too deeply ends in a RangeError.
      if (!(cause instanceof SyntaxError || cause instanceof RangeError)) {
        throw cause;
      }
      const why = cause.message.replaceAll(/\s+/g, " ");
      throw new SpecError("", `${attempt}: it is not JSON: ${shorten(why)}`, {
        cause,
      });
    }
  }

  /**
   * Refuses the value.
   *
   * @param why The rest of the sentence that the value begins.
   */
  refuse(why: string): never {
    const place = this.pointer === "" ? "" : ` at ${shorten(this.pointer)}`;
    const what = this.value === undefined
      ? `nothing is${place}`
      : `${show(this.value)}${place} ${why}`;
    throw new SpecError(this.pointer, `${this.attempt}: ${what}`);
  }

  /** A member of an object; absent if it is `null` or not there. */
  member(name: string): JsonValue {
    const members = this.#object();
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    const step = name.replaceAll("~", "~0").replaceAll("/", "~1");
    return new JsonValue(
      value ?? undefined,
      `${this.pointer}/${step}`,
      this.attempt,
    );
  }

  /** What `read` makes of the value, or `undefined` if it is absent. */
  optional<T>(read: (value: JsonValue) => T): T | undefined {
    return this.value === undefined ? undefined : read(this);
  }

  /** The elements of an array; none if it is absent. */
  elements(): JsonValue[] {
    if (this.value === undefined) return [];
    if (!Array.isArray(this.value)) this.refuse("is not an array");
    return this.value.map((element: unknown, index) =>
      new JsonValue(element, `${this.pointer}/${index}`, this.attempt)
    );
  }

  /** A string that is not empty. */
  text(): string {
    const text = this.string();
    if (text === "") this.refuse("is empty");
    return text;
  }

  /** One of the words of a list. */
  oneOf<T extends string>(words: readonly T[], what: string): T {
    const text = this.text();
    const word = words.find((candidate) => candidate === text);
    return word ?? this.refuse(`is not ${what}`);
  }

  /** The members of an object by name, in order; none if it is absent. */
  members(): [name: string, value: JsonValue][] {
    if (this.value === undefined) return [];
    return Object.keys(this.#object()).map((name) => [name, this.member(name)]);
  }

  /** A string, which may be empty. */
  string(): string {
    if (typeof this.value !== "string") this.refuse("is not a string");
    return this.value;
  }

  /** An integer from 0 to `max`. */
  integer(max: number): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      this.refuse("is not an integer");
    }
    if (value < 0 || value > max) this.refuse(`is not within 0 and ${max}`);
    return value;
  }

  /** An unsigned integer of 64 bits. */
  word(): ExactInteger {
    const { value } = this;
    const isInteger = typeof value === "bigint" ||
      (typeof value === "number" && Number.isSafeInteger(value));
    if (!isInteger) this.refuse("is not an integer");
    if (value < 0) this.refuse("is negative");
    if (value > LARGEST_WORD) this.refuse("has more than 64 bits");
    return typeof value === "bigint" ? `${value}` : value;
  }

  #object(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.refuse("is not an object");
    }
    return value as Record<string, unknown>;
  }
}

function keepIntegers(
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function show(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return shorten(`${value}`);
    case "object":
      return value === null
        ? "null"
        : Array.isArray(value)
        ? "the array"
        : "the object";
    default:
      return shorten(JSON.stringify(value));
  }
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)}…`
    : text;
}
