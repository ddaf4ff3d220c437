/**
 * What of an environment a monitor keeps.
 *
 * @module
 */

/** What the program itself needs of an environment, and Deno. */
const OWN_VARIABLES =
  /^(PATH|HOME|TMPDIR|LANG|SUDO_[UG]ID|(TSDOCKER|DENO|XDG)_.*)$/;

/**
 * The part of an environment that a monitor keeps. What else its caller's has,
 * secrets perhaps, is for no one to keep.
 */
export function ownEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => OWN_VARIABLES.test(name)),
  );
}
