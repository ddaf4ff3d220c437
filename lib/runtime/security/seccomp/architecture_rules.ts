/**
 * The rules of a policy for one architecture, by the numbers of its calls.
 *
 * @module
 */
import { SpecError } from "../../../base/errors.ts";
import type {
  LinuxSeccomp,
  SeccompArgument,
} from "../../../oci/linux_seccomp.ts";
import { actionWord, stricter } from "./action.ts";
import type { CallArchitecture } from "./architecture.ts";
import { CallRules, type Verdict } from "./call_rules.ts";
import { conditionOf } from "./condition.ts";
import { multiplexed } from "./multiplexed.ts";
import { syscallNumbers } from "./syscall_numbers.ts";

/** Conditions that all have to hold. */
type Conjunction = readonly SeccompArgument[];

/** What a policy says of an architecture's calls. */
export interface ArchitectureRules {
  /** The word for calls that no rule is about. */
  readonly otherwise: number;
  /** By number, in no order. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Numbers of all calls that the policy names. */
  readonly named: ReadonlySet<number>;
}

/**
 * Collects the rules. One that does what the policy does anyway is left out,
 * as docker's engines leave it out; so is a name the architecture has not.
 *
 * @throws {SpecError} If rules contradict each other, or an error number is out
 * of range; `pointer` begins at `linux.seccomp`.
 */
export function architectureRules(
  seccomp: LinuxSeccomp,
  architecture: CallArchitecture,
): ArchitectureRules {
  const otherwise = actionWord(
    seccomp.defaultAction,
    seccomp.defaultErrnoRet,
    "/defaultErrnoRet",
  );
  const collected = new Collector(architecture, otherwise);
  for (const [index, rule] of (seccomp.syscalls ?? []).entries()) {
    const pointer = `/syscalls/${index}`;
    const action = actionWord(rule.action, rule.errnoRet, pointer);
    const alternatives = alternativesOf(rule.args ?? []);
    for (const name of rule.names) {
      for (const args of alternatives) {
        collected.add(name, { pointer, action, args });
      }
    }
  }
  return collected.rules();
}

/** Part of a rule. */
interface Clause {
  /** Where the rule is. */
  readonly pointer: string;
  readonly action: number;
  readonly args: Conjunction;
}

class Collector {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #named = new Set<number>();
  readonly #rules = new Map<number, CallRules>();

  constructor(
    readonly architecture: CallArchitecture,
    readonly otherwise: number,
  ) {
    this.#numbers = syscallNumbers(architecture.name);
  }

  add(name: string, clause: Clause): void {
    const number = this.#numbers.get(name);
    if (number !== undefined) this.#named.add(number);
    this.#addDirect(name, clause);
    if (this.architecture.name !== "SCMP_ARCH_X86") return;
    const other = multiplexed(name);
    if (other === undefined) return;
    // What conditions are about lies in memory there, where a filter cannot
    // look. So the call is not allowed unless it is whatever the arguments are.
    const action = clause.args.length === 0
      ? clause.action
      : stricter(clause.action, this.otherwise);
    this.#addDirect(other.through, {
      ...clause,
      action,
      args: [other.selector],
    });
  }

  rules(): ArchitectureRules {
    const { otherwise } = this;
    const verdicts = new Map<number, Verdict>();
    for (const [number, rules] of this.#rules) {
      verdicts.set(number, rules.verdict(otherwise));
    }
    return { otherwise, verdicts, named: this.#named };
  }

  #addDirect(name: string, { pointer, action, args }: Clause): void {
    const number = this.#numbers.get(name);
    if (number === undefined || action === this.otherwise) return;
    const conditions = args
      .map((argument) => conditionOf(argument, this.architecture.argumentBits))
      .filter((condition) => condition !== undefined);
    const rules = this.#rules.get(number) ?? new CallRules();
    this.#rules.set(number, rules);
    if (rules.add({ conditions, action })) return;
    throw new SpecError(
      pointer,
      `Cannot compile the seccomp profile: rules of "${name}" give the same arguments different actions`,
    );
  }
}

/**
 * The alternatives of a rule: one with all its conditions or, where several
 * are on the same argument, one with each of them. No specification says so;
 * the engines do, and docker's profiles count on it.
 */
function alternativesOf(args: Conjunction): readonly Conjunction[] {
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  return isRepeated
    ? args.map((argument) => [argument])
    : [args.toSorted((a, b) => a.index - b.index)];
}
