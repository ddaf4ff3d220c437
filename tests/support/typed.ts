/**
 * Lines as a person types them into a shell, for tests that show what a person
 * gets: `T` in them is the program under test, with the roots of the place, and
 * `bb.tar` in the working directory is the busybox image.
 *
 * @module
 */
import assert from "node:assert/strict";
import { IMAGE, type Outcome, type Place, placeTest } from "./cli.ts";

/** The shell gets the program as `$0`, and its roots as what follows. */
const PROLOGUE = 't=$0; T() { "$t" --root "$ROOT" --run-root "$RUN" "$@"; }\n';

/** Types lines into the place's shell, and waits for their end. */
export type Type = (lines: string) => Promise<Outcome>;

/**
 * Registers a test that types. What it leaves in its place makes it fail.
 *
 * @param name What it claims.
 * @param body The test.
 */
export function typedTest(
  name: string,
  body: (type: Type, place: Place) => Promise<void>,
): void {
  placeTest(name, async (place) => await body(await typist(place), place));
}

/** What types in a place, where the image is now. */
export async function typist(place: Place): Promise<Type> {
  await Deno.symlink(IMAGE, `${place.work}/bb.tar`);
  return (lines) => typed(place, lines);
}

function typed(place: Place, lines: string): Promise<Outcome> {
  return place.tsdockerWith({
    wrapper: ["sh", "-c", PROLOGUE + lines],
    env: { ROOT: place.root, RUN: place.runRoot },
  }, []);
}

/** Asserts what a line has printed on stdout, and that it said nothing else. */
export function assertShows(outcome: Outcome, expected: string | RegExp): void {
  const { stdout, stderr } = outcome;
  assert.equal(stderr, "");
  if (typeof expected === "string") assert.equal(stdout, expected);
  else assert.match(stdout, expected);
}
