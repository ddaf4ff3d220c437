/**
 * A container in which further programs can be run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place } from "./cli.ts";

/** Runs a container named `web` that lives as long as the body. */
export async function withContainer(
  place: Place,
  body: () => void | Promise<void>,
  ...flags: string[]
): Promise<void> {
  const words = [...flags, IMAGE, "sleep", "1000"];
  const { code, stderr } = await place.run("-d", "--name", "web", ...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  await body();
  assertPrints(await place.tsdocker("rm", "-f", "web"), "web\n");
}
