/**
 * What the device rules of a specification come to: a default and exceptions
 * from it, as the kernel's devices controller keeps them. Both versions of
 * control groups are given the same outcome.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Allowed Device list"
 * @see Linux security/device_cgroup.c
 */
import { SpecError } from "../../base/errors.ts";
import type { DeviceCgroupRule } from "../../oci/linux_resources.ts";

/** A number of a device, or any. */
export type DeviceNumberPattern = number | "*";

/** Devices to which the opposite of the default applies. */
export interface DeviceException {
  readonly type: "c" | "b";
  readonly major: DeviceNumberPattern;
  readonly minor: DeviceNumberPattern;
  /** Letters of `rwm`, in that order, at least one. */
  readonly access: string;
}

/**
 * Which devices may be used. What one call asks for together, such as `rw` of
 * an open, has to be allowed by one exception; it is denied by any exception
 * that denies a part of it.
 */
export interface DeviceAccess {
  readonly default: "allow" | "deny";
  /** Each combination of type, major and minor once. */
  readonly exceptions: readonly DeviceException[];
}

const LETTERS = "rwm";
/** `(u32)-1` is how the kernel writes "any". */
const MAX_NUMBER = 0xffff_fffe;

/**
 * Folds rules into what they come to. A later rule overrides an earlier one;
 * one for all devices starts over. Before the first, everything is allowed, as
 * in a new cgroup.
 *
 * The kernel takes an exception away only by its very own numbers, and ignores
 * without a word what it cannot take away. Here a wider rule takes the narrower
 * exceptions with it, and a narrower rule that would need a hole in a wider
 * exception is an error: a rule that says "deny" never leaves a device allowed.
 *
 * @param rules `linux.resources.devices`.
 * @throws {SpecError} If a rule is malformed or would need a hole.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const access = foldDeviceRules([
 *   { allow: false, access: "rwm" },
 *   { allow: true, type: "c", major: 1, minor: 3, access: "rw" },
 *   { allow: true, type: "c", major: 1, minor: 3, access: "m" },
 * ]);
 * assert.deepEqual(access, {
 *   default: "deny",
 *   exceptions: [{ type: "c", major: 1, minor: 3, access: "rwm" }],
 * });
 * ```
 */
export function foldDeviceRules(
  rules: readonly DeviceCgroupRule[],
): DeviceAccess {
  let access: DeviceAccess = { default: "allow", exceptions: [] };
  for (const [index, rule] of rules.entries()) {
    access = override(access, rule, `/linux/resources/devices/${index}`);
  }
  return access;
}

/**
 * Whether everything is allowed, so that nothing needs to be enforced.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isUnrestricted(foldDeviceRules([{ allow: true }])), true);
 * ```
 */
export function isUnrestricted(access: DeviceAccess): boolean {
  return access.default === "allow" && access.exceptions.length === 0;
}

/**
 * An exception as the devices controller reads and prints it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const exception = { type: "c", major: 136, minor: "*", access: "rw" } as const;
 * assert.equal(deviceText(exception), "c 136:* rw");
 * ```
 */
export function deviceText(exception: DeviceException): string {
  const { type, major, minor, access } = exception;
  return `${type} ${major}:${minor} ${access}`;
}

function override(
  before: DeviceAccess,
  rule: DeviceCgroupRule,
  pointer: string,
): DeviceAccess {
  const { allow, type = "a" } = rule;
  const verdict = allow ? "allow" : "deny";
  if (type === "a") return { default: verdict, exceptions: [] };
  if (type !== "c" && type !== "b") {
    throw new SpecError(
      `${pointer}/type`,
      `Cannot decide about devices of type "${type}": it is none of "a", "b" and "c"`,
    );
  }
  const exception: DeviceException = {
    type,
    major: pattern(rule.major, `${pointer}/major`),
    minor: pattern(rule.minor, `${pointer}/minor`),
    access: letters(rule.access ?? LETTERS, `${pointer}/access`),
  };
  const exceptions = verdict === before.default
    ? takeAway(before, exception, pointer)
    : add(before.exceptions, exception);
  return { default: before.default, exceptions };
}

function add(
  exceptions: readonly DeviceException[],
  one: DeviceException,
): DeviceException[] {
  const same = exceptions.find((other) => covers(one, other, sameNumber));
  if (same === undefined) return [...exceptions, one];
  const access = [...LETTERS].filter((letter) =>
    same.access.includes(letter) || one.access.includes(letter)
  ).join("");
  return exceptions.map((other) => other === same ? { ...one, access } : other);
}

function takeAway(
  { default: verdict, exceptions }: DeviceAccess,
  one: DeviceException,
  pointer: string,
): DeviceException[] {
  return exceptions.flatMap((other) => {
    const access = [...other.access].filter((letter) =>
      !one.access.includes(letter)
    ).join("");
    if (access === other.access || !covers(one, other, isMet)) return [other];
    if (covers(one, other, isWithin)) {
      return access === "" ? [] : [{ ...other, access }];
    }
    const opposite = verdict === "allow" ? "denies" : "allows";
    throw new SpecError(
      pointer,
      `Cannot ${verdict} "${deviceText(one)}": an earlier rule ${opposite} "${
        deviceText(other)
      }", and control groups cannot except a part of that`,
      {
        advice: "put the rules in another order, or make the earlier narrower",
      },
    );
  });
}

/** Whether types are the same and both numbers compare. */
function covers(
  one: DeviceException,
  other: DeviceException,
  compare: (one: DeviceNumberPattern, other: DeviceNumberPattern) => boolean,
): boolean {
  return one.type === other.type && compare(one.major, other.major) &&
    compare(one.minor, other.minor);
}

function sameNumber(
  one: DeviceNumberPattern,
  other: DeviceNumberPattern,
): boolean {
  return one === other;
}

/** Whether each of the other's numbers is one of the first's. */
function isWithin(
  one: DeviceNumberPattern,
  other: DeviceNumberPattern,
): boolean {
  return one === "*" || one === other;
}

/** Whether there is a number that is of both. */
function isMet(one: DeviceNumberPattern, other: DeviceNumberPattern): boolean {
  return one === "*" || other === "*" || one === other;
}

/** `-1` is how docker writes any. */
function pattern(
  value: number | undefined,
  pointer: string,
): DeviceNumberPattern {
  if (value === undefined || value === -1) return "*";
  if (Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER) {
    return value;
  }
  throw new SpecError(
    pointer,
    `Cannot match devices by the number "${value}": it is not from 0 to ${MAX_NUMBER}`,
  );
}

function letters(access: string, pointer: string): string {
  if (/^[rwm]+$/.test(access)) {
    return [...LETTERS].filter((letter) => access.includes(letter)).join("");
  }
  throw new SpecError(
    pointer,
    `Cannot decide about access "${access}" to devices: it is not made of the letters "${LETTERS}"`,
  );
}
