/**
 * Kills that hit tsdocker at a random moment, and what has to be true after
 * each of them, whatever it hit.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Outcome, Place } from "./cli.ts";
import { Random } from "./random.ts";
import { readNamespace, readProc, remains } from "./remains.ts";

/** How often each kind of fault strikes; `make faults` wants more. */
export const FAULT_ROUNDS = Number(Deno.env.get("FAULT_ROUNDS") ?? 4);

/** Repeats a run of the tests: a failure tells it. */
export const SEED = Number(
  Deno.env.get("FAULT_SEED") ?? crypto.getRandomValues(new Uint16Array(1))[0],
);

/** The name of the container in each round: it has to be free again. */
export const NAME = "victim";

/** How long states and processes may disagree, one of them just changing. */
const AGREEMENT_MS = 5_000;

/** Whom a fault kills; of `run -d`, the monitor is what makes the container, too. */
export type Target = "client" | "monitor" | "init" | "all";

/** One kind of fault. */
export interface Fault {
  readonly kills: Target;
  /** What is under way when it strikes. */
  readonly words: readonly string[];
  /** What has to be done before that, each to its end. */
  readonly before?: readonly (readonly string[])[];
  /** One of these is run after it, before the container is removed. */
  readonly after?: readonly (readonly string[])[];
  /** Processes of containers that are there all the time. */
  readonly spares?: ReadonlySet<number>;
  /** What `remains()` tells of containers that are there all the time. */
  readonly known?: ReadonlySet<string>;
  /** What else has to be true when the container is removed. */
  readonly check?: () => Promise<void>;
}

/**
 * Lets a fault strike again and again, each time at another moment of the
 * command, and checks after each that everything is as if it had not.
 *
 * @throws {AssertionError} That tells the seed, the round and the moment.
 */
export async function strike(place: Place, fault: Fault): Promise<void> {
  const random = new Random(SEED);
  const lengthMs = await measure(place, fault);
  for (let round = 0; round < FAULT_ROUNDS; round++) {
    const momentMs = random.next() * lengthMs;
    try {
      await strikeOnce(place, fault, { momentMs, random });
    } catch (error) {
      const what = `FAULT_SEED=${SEED}, round ${round}, after ${
        momentMs.toFixed(1)
      } of ${lengthMs.toFixed(0)} ms`;
      throw new Error(what, { cause: error });
    }
  }
}

/** How long the command takes unharmed; the second time, all is warmed up. */
async function measure(place: Place, fault: Fault): Promise<number> {
  let lengthMs = 0;
  for (let time = 0; time < 2; time++) {
    await prepare(place, fault);
    const start = performance.now();
    await place.tsdocker(...fault.words);
    lengthMs = performance.now() - start;
    await cleanUp(place);
  }
  return lengthMs;
}

interface Blow {
  readonly momentMs: number;
  readonly random: Random;
}

async function strikeOnce(
  place: Place,
  fault: Fault,
  { momentMs, random }: Blow,
): Promise<void> {
  await prepare(place, fault);
  const running = place.start(fault.words);
  // Not waiting for something, but hitting at any moment is the purpose.
  await new Promise((resolve) => setTimeout(resolve, momentMs));
  const isHit = (target: Target): boolean =>
    fault.kills === target || fault.kills === "all";
  // The client last: it would tell the monitor by its end.
  for (const target of ["monitor", "init"] as const) {
    if (!isHit(target)) continue;
    pidsOf(place, target).filter((pid) => !fault.spares?.has(pid))
      .forEach(killIfThere);
  }
  if (isHit("client")) await running.killAnyway();
  // What it makes of the death of another is its own affair, if it ends.
  await running.status();
  assert.doesNotMatch(await running.stderr.rest(), /Internal error/);
  await running.end();
  await assertTrue(place);
  const { after } = fault;
  if (after !== undefined) {
    const words = random.pick(after);
    assertNoneOfOurs(await place.tsdocker(...words), words);
    await assertTrue(place);
  }
  await cleanUp(place);
  assert.deepEqual(await remains(place, fault.known), []);
  await fault.check?.();
}

async function prepare(place: Place, { before = [] }: Fault): Promise<void> {
  for (const words of before) {
    const { code, stderr } = await place.tsdocker(...words);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
}

/** An ordinary command is all it takes. */
async function cleanUp(place: Place): Promise<void> {
  const words = ["rm", "-f", NAME];
  const outcome = await place.tsdocker(...words);
  assertNoneOfOurs(outcome, words);
}

/** It may find nothing to do, but must not stumble. */
function assertNoneOfOurs(
  { code, stderr }: Outcome,
  words: readonly string[],
): void {
  const isFine = /^$|: No such container: |is not running|ignored SIGTERM/;
  assert.ok(
    [0, 1].includes(code) && isFine.test(stderr),
    `${words.join(" ")}: ${code}: ${stderr}`,
  );
}

/** Asserts that `ps` tells what is the case, without complaint. */
export async function assertTrue(place: Place): Promise<void> {
  const end = performance.now() + AGREEMENT_MS;
  for (;;) {
    const words = ["ps", "-a", "--format", "{{.ID}} {{.State}}"];
    const { code, stdout, stderr } = await place.tsdocker(...words);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const told = stdout.split("\n").filter((line) =>
      / (?:running|paused)$/.test(line)
    )
      .map((line) => line.slice(0, 12));
    const real = containersOfProcesses(place);
    if (String(told.sort()) === String(real)) return;
    if (performance.now() > end) {
      assert.deepEqual(stdout.split("\n"), real, "ps, and what runs");
    }
  }
}

/** The short ids of the containers that have processes, sorted. */
function containersOfProcesses(place: Place): string[] {
  const ids = new Set<string>();
  for (const { mounts } of processes()) {
    const id = idIn(place, mounts);
    if (id !== undefined) ids.add(id.slice(0, 12));
  }
  return [...ids].sort();
}

function idIn({ root }: Place, mounts: string): string | undefined {
  const after = mounts.split(`${root}/containers/`)[1];
  return after === undefined ? undefined : /^[0-9a-f]{64}/.exec(after)?.[0];
}

/** The processes of this place that a fault kills. */
export function pidsOf(place: Place, target: "monitor" | "init"): number[] {
  return [...processes()].filter(({ pid, mounts }) =>
    target === "monitor"
      ? isMonitor(place, pid)
      : idIn(place, mounts) !== undefined && isInit(pid)
  ).map(({ pid }) => pid);
}

function isMonitor({ directory }: Place, pid: number): boolean {
  const words = readProc(`/proc/${pid}/cmdline`).split("\0");
  if (!words.some((word) => word.startsWith(directory))) return false;
  return words.includes("monitor") || words.includes("--client");
}

/** Whether it is process 1 in a pid namespace of its own. */
function isInit(pid: number): boolean {
  return /^NSpid:\t.*\t1$/m.test(readProc(`/proc/${pid}/status`));
}

/** All processes, with their mounts unless those are ours, too. */
function* processes(): Generator<{ pid: number; mounts: string }> {
  const ours = readNamespace("self");
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const isAlone = readNamespace(name) !== ours;
    const mounts = isAlone ? readProc(`/proc/${name}/mountinfo`) : "";
    yield { pid: Number(name), mounts };
  }
}

function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
