/**
 * All rules of one system call, and which of them is asked first.
 *
 * Rules with the same action are alternatives, and their order does not matter.
 * For those that disagree, this follows libseccomp 2.5, which profiles are
 * written for:
 *
 * - The first rule without conditions decides, whatever else there is.
 * - Otherwise the rule is asked first whose first condition is on the later
 *   argument; then `EQ`, `NE` and `MASKED_EQ` come before `LT` and `LE`, and
 *   these before `GT` and `GE`; then larger values come before smaller ones, or
 *   after them for `LT` and `LE`. What is equal in all of that, or compares
 *   values under different masks whose upper halves are equal, is asked in the
 *   order of the profile. Further conditions are compared alike.
 * - `GE` and `GT` are asked along with an earlier `LT` or `LE` of that value.
 * - A rule that begins with all the conditions of an earlier one is passed over.
 * - The same conditions, or the beginning of an earlier rule's, with another
 *   action are a contradiction, and an error.
 *
 * libseccomp breaks these rules itself where values of 64 bits share a half, and
 * may then ask another rule first or miss one that holds. Here all is exact.
 *
 * @module
 * @see libseccomp 2.5.4, src/db.c, `db_rule_add()`
 */
import type { SeccompOperator } from "../../../oci/linux_seccomp.ts";
import type { Condition, Half } from "./condition.ts";

/** Conditions that all have to hold, and the word returned if they do. */
export interface Alternative {
  readonly conditions: readonly Condition[];
  readonly action: number;
}

/** What becomes of a call. */
export interface Verdict {
  /** Asked in this order. */
  readonly alternatives: readonly Alternative[];
  /** The word returned if none of them holds. */
  readonly otherwise: number;
}

/** One half of an argument, with what decides the order. */
interface Test extends Half {
  /** Later arguments are larger, and so is an argument's upper half. */
  readonly place: number;
  readonly rank: number;
  readonly isAscending: boolean;
  readonly comparison: "equal" | "greater" | "greater-equal" | "masked";
}

/** Rules that begin alike, as the branches of one test. */
interface Node {
  readonly test: Test;
  /** Only for the lower half: what follows if the condition holds. */
  readonly branches: Map<SeccompOperator, Branch>;
  /** Only for the upper half: tests of the lower one. */
  readonly lower: Node[];
}

interface Branch {
  found?: Alternative;
  readonly next: Node[];
}

/** The rules of one call, as they are added. */
export class CallRules {
  #always: number | undefined;
  readonly #nodes: Node[] = [];

  /**
   * Adds a rule.
   *
   * @param rule Its conditions are in the order of their arguments, at most one
   * for each; none means always.
   * @returns Whether it agrees with the rules before it.
   */
  add(rule: Alternative): boolean {
    if (this.#always !== undefined) return true;
    if (rule.conditions.length === 0) {
      this.#always = rule.action;
      return true;
    }
    const branch = this.#branchOf(rule);
    if (branch === undefined) return true;
    const others = branch.found === undefined
      ? alternativesOf(branch.next)
      : [branch.found];
    if (others.some(({ action }) => action !== rule.action)) return false;
    branch.found ??= rule;
    branch.next.length = 0;
    return true;
  }

  /**
   * What all the rules come to.
   *
   * @param otherwise The word for when none of them says anything.
   */
  verdict(otherwise: number): Verdict {
    return this.#always === undefined
      ? { alternatives: alternativesOf(this.#nodes), otherwise }
      : { alternatives: [], otherwise: this.#always };
  }

  /** Where a rule ends, or `undefined` if an earlier one is its beginning. */
  #branchOf({ conditions }: Alternative): Branch | undefined {
    let branch: Branch = { next: this.#nodes };
    for (const condition of conditions) {
      if (branch.found !== undefined) return undefined;
      branch = descend(branch.next, condition);
    }
    return branch;
  }
}

function descend(nodes: Node[], { index, op, high, low }: Condition): Branch {
  const below = high === undefined
    ? nodes
    : insert(nodes, testOf(2 * index + 1, op, high, "greater")).lower;
  const node = insert(below, testOf(2 * index, op, low, lowComparison(op)));
  const found = node.branches.get(op) ?? { next: [] };
  node.branches.set(op, found);
  return found;
}

/** The node of a test, added at its place if there is none. */
function insert(nodes: Node[], test: Test): Node {
  const there = findOpposite(nodes, test) ?? find(nodes, test);
  if (there !== undefined) return there;
  const node: Node = { test, branches: new Map(), lower: [] };
  nodes.splice(placeOf(nodes, test), 0, node);
  return node;
}

/** `GE` and `GT` join the test of an earlier `LT` or `LE`, at its place. */
function findOpposite(nodes: readonly Node[], test: Test): Node | undefined {
  return test.rank === RANKS.SCMP_CMP_GE
    ? find(nodes, { ...test, rank: RANKS.SCMP_CMP_LT, isAscending: true })
    : undefined;
}

function find(nodes: readonly Node[], test: Test): Node | undefined {
  for (let place = placeOf(nodes, test) - 1; place >= 0; place--) {
    const node = nodes[place];
    if (node === undefined || isBefore(node.test, test)) return undefined;
    if (isSame(node.test, test)) return node;
  }
  return undefined;
}

/** Behind all nodes that a test is not before; they are in order. */
function placeOf(nodes: readonly Node[], test: Test): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const node = nodes[middle];
    if (node !== undefined && isBefore(test, node.test)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function testOf(
  place: number,
  op: SeccompOperator,
  half: Half,
  unequal: "greater" | "greater-equal",
): Test {
  const rank = RANKS[op];
  return {
    ...half,
    place,
    rank,
    isAscending: op === "SCMP_CMP_LT" || op === "SCMP_CMP_LE",
    comparison: op === "SCMP_CMP_MASKED_EQ"
      ? "masked"
      : rank === RANKS.SCMP_CMP_EQ
      ? "equal"
      : unequal,
  };
}

const RANKS: Readonly<Record<SeccompOperator, number>> = {
  SCMP_CMP_MASKED_EQ: 3,
  SCMP_CMP_EQ: 3,
  SCMP_CMP_NE: 3,
  SCMP_CMP_LE: 2,
  SCMP_CMP_LT: 2,
  SCMP_CMP_GE: 1,
  SCMP_CMP_GT: 1,
};

/** `LE` is tested as what is not greater, `LT` as what is not as great. */
function lowComparison(op: SeccompOperator): "greater" | "greater-equal" {
  return op === "SCMP_CMP_GT" || op === "SCMP_CMP_LE"
    ? "greater"
    : "greater-equal";
}

function isSame(a: Test, b: Test): boolean {
  return a.place === b.place && a.comparison === b.comparison &&
    a.value === b.value && a.mask === b.mask;
}

function isBefore(test: Test, other: Test): boolean {
  if (test.place !== other.place) return test.place > other.place;
  if (test.rank !== other.rank) return test.rank > other.rank;
  return other.isAscending
    ? test.value < other.value
    : test.value > other.value;
}

function alternativesOf(nodes: readonly Node[]): Alternative[] {
  return nodes.flatMap(({ branches, lower }) => [
    ...alternativesOf(lower),
    ...[...branches.values()].flatMap(({ found, next }) =>
      found === undefined ? alternativesOf(next) : [found]
    ),
  ]);
}
