/**
 * tsdocker's own share of the blame when memory runs out.
 *
 * @module
 * @see proc_pid_oom_score_adj(5)
 */

const FILE = "/proc/self/oom_score_adj";

/**
 * Puts the score back when the scope ends. What a child sets while it shares
 * this process's memory, the kernel sets for both, unless vfork held us.
 */
export function keepOomScore(): Disposable {
  const before = Deno.readTextFileSync(FILE);
  return {
    [Symbol.dispose](): void {
      if (Deno.readTextFileSync(FILE) === before) return;
      Deno.writeTextFileSync(FILE, before.trim());
    },
  };
}
