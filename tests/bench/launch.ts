// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * Many native launches in one process, each into namespaces of its own, under
 * garbage collection: `deno run -A tests/bench/launch.ts [COUNT]`, as root.
 * Ends with status 1 if one of them fails.
 *
 * @module
 */
import { CLONE } from "../../ffi/constants/sched.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { exitStatus } from "../support/processes.ts";
import { summarize } from "./support/race.ts";
import { table } from "./support/report.ts";

const COUNT = 1000;
/** What the program is to end with: any other status is a failure. */
const STATUS = 7;

const NAMESPACES = BigInt(
  CLONE.CLONE_NEWNS + CLONE.CLONE_NEWUTS + CLONE.CLONE_NEWIPC +
    CLONE.CLONE_NEWPID + CLONE.CLONE_NEWNET,
);
const RECORDS: readonly SyscallRecord[] = [
  ...RESET_SIGNALS,
  UNBLOCK_SIGNALS,
  {
    call: "execve",
    args: ["/bin/sh", { words: ["sh", "-c", `exit ${STATUS}`, 0] }, {
      words: [0],
    }],
  },
];

/** Something for the garbage collector, of another size each time. */
function litter(round: number): number {
  const pieces = Array.from(
    { length: 200 },
    (_, index) => new Uint8Array((round * index) % 4096),
  );
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Launches once; the time until execve in milliseconds, or what went wrong. */
function launch(launcher: NativeLauncher): number | string {
  const start = performance.now();
  const launched = launcher.launch({
    cloneFlags: NAMESPACES,
    records: RECORDS,
    results: new Map(),
  });
  const ms = performance.now() - start;
  if (launched.kind === "failed") {
    return `call ${launched.index} failed with ${launched.errno}`;
  }
  const status = exitStatus(launched.pidfd);
  return status === STATUS ? ms : `the program ended with ${status}`;
}

if (import.meta.main) {
  const count = Number(Deno.args[0] ?? COUNT);
  const times: number[] = [];
  const failures: string[] = [];
  using launcher = new NativeLauncher();
  for (let round = 0; round < count; round++) {
    litter(round);
    const outcome = launch(launcher);
    if (typeof outcome === "number") times.push(outcome);
    else failures.push(`launch ${round}: ${outcome}`);
  }
  const { median, tenth, ninetieth } = summarize(times);
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  console.log(table(
    ["launches", "failures", "median", "10 %", "90 %"],
    [[
      String(count),
      String(failures.length),
      ms(median),
      ms(tenth),
      ms(ninetieth),
    ]],
  ));
  for (const failure of failures) console.log(`- ${failure}`);
  if (failures.length > 0) Deno.exit(1);
}
