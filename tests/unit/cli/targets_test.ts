/**
 * The same done to several targets.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError, NotFoundError } from "../../../lib/base/errors.ts";
import { forEachTarget } from "../../../lib/cli/targets.ts";
import { fakeHost } from "../../support/fake_host.ts";

function act(target: string): void {
  if (target === "missing") throw new NotFoundError("no such");
  if (target === "busy") throw new ConflictError("in use");
}

interface Case {
  readonly targets: string[];
  readonly force: boolean;
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const CASES: readonly Case[] = [
  { targets: [], force: false, status: 0, out: "", err: "" },
  { targets: ["a", "b"], force: false, status: 0, out: "a\nb\n", err: "" },
  {
    targets: ["a", "missing", "b"],
    force: false,
    status: 1,
    out: "a\nb\n",
    err: "NotFoundError: no such\n",
  },
  {
    targets: ["missing", "b"],
    force: true,
    status: 0,
    out: "b\n",
    err: "NotFoundError: no such\n",
  },
  {
    targets: ["busy", "missing"],
    force: true,
    status: 1,
    out: "",
    err: "ConflictError: in use\nNotFoundError: no such\n",
  },
];

for (const { targets, force, status, out, err } of CASES) {
  const how = force ? "with force" : "without force";
  Deno.test(`forEachTarget() of [${targets}] ${how} is ${status}`, async () => {
    const host = fakeHost();
    assert.equal(await forEachTarget(targets, host, { force, act }), status);
    assert.equal(host.out(), out);
    assert.equal(host.err(), err);
  });
}

Deno.test("forEachTarget() waits for each before the next", async () => {
  const order: string[] = [];
  const host = fakeHost();
  await forEachTarget(["a", "b"], host, {
    force: false,
    async act(target): Promise<void> {
      order.push(`${target} begins`);
      await Promise.resolve();
      order.push(`${target} ends`);
    },
  });
  assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
});
