/**
 * @module
 */
import assert from "node:assert/strict";
import { hostFacts } from "../../../lib/engine/host_facts.ts";
import { countNumbers } from "../../../lib/engine/number_list.ts";

Deno.test("hostFacts() knows at least the CPUs this test may use", () => {
  const { onlineCpus } = hostFacts();
  assert.ok(countNumbers(onlineCpus) >= navigator.hardwareConcurrency);
});

Deno.test("hostFacts() knows at least one memory node", () => {
  assert.ok(countNumbers(hostFacts().onlineMems) >= 1);
});

Deno.test("hostFacts() knows the host's name", () => {
  assert.equal(hostFacts().hostname, Deno.hostname());
});
