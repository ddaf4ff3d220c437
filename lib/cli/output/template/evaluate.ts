/**
 * Applies a template that has been read to a value.
 *
 * @module
 * @see Go text/template, "Actions" and "Arguments"
 */
import { evaluationError } from "./error.ts";
import { fieldsOf } from "./fields_of.ts";
import { type FunctionTable, SHORT_CIRCUITS } from "./functions.ts";
import type {
  Block,
  Command,
  Operand,
  Pipeline,
  TemplateNode,
} from "./node.ts";
import {
  formatValue,
  isEmptyValue,
  isNil,
  NO_VALUE,
  sortedEntries,
} from "./value.ts";

/** What may keep a list of nodes from being gone through to its end. */
type Flow = "next" | "break" | "continue";

/** No value to pass on to a command. */
const NONE: unique symbol = Symbol("none");

/**
 * Applies a template.
 *
 * @param data What `.` and `$` are.
 * @throws {UsageError} If it asks for what the value has not.
 */
export function evaluate(
  nodes: readonly TemplateNode[],
  data: unknown,
  functions: FunctionTable,
): string {
  return new Evaluation(data, functions).run(nodes);
}

class Evaluation {
  readonly #functions: FunctionTable;
  readonly #variables: { readonly name: string; value: unknown }[];
  readonly #data: unknown;
  #text = "";

  constructor(data: unknown, functions: FunctionTable) {
    this.#data = data;
    this.#variables = [{ name: "$", value: data }];
    this.#functions = functions;
  }

  run(nodes: readonly TemplateNode[]): string {
    this.#list(nodes, this.#data);
    return this.#text;
  }

  #list(nodes: readonly TemplateNode[], dot: unknown): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #node(node: TemplateNode, dot: unknown): Flow {
    switch (node.kind) {
      case "text":
        this.#text += node.text;
        return "next";
      case "action": {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) {
          this.#text += formatValue(value);
        }
        return "next";
      }
      case "break":
      case "continue":
        return node.kind;
      case "range":
        return this.#scoped(() => this.#range(node, dot));
      default:
        return this.#scoped(() => this.#choose(node, dot));
    }
  }

  /** What is declared meanwhile is gone afterwards. */
  #scoped(act: () => Flow): Flow {
    const depth = this.#variables.length;
    const flow = act();
    this.#variables.length = depth;
    return flow;
  }

  #choose(
    { kind, pipeline, body, otherwise }: Block & { readonly kind: string },
    dot: unknown,
  ): Flow {
    const value = this.#pipeline(pipeline, dot);
    if (isEmptyValue(value)) return this.#list(otherwise, dot);
    return this.#list(body, kind === "with" ? value : dot);
  }

  #range({ pipeline, body, otherwise }: Block, dot: unknown): Flow {
    const { variables, ...rest } = pipeline;
    const value = this.#pipeline({ ...rest, variables: [] }, dot);
    const entries = entriesOf(value);
    if (entries === undefined) {
      const { place } = pipeline.commands[0][0];
      throw evaluationError(
        place,
        `range can't iterate over ${formatValue(value)}`,
      );
    }
    if (entries.length === 0) return this.#list(otherwise, dot);
    for (const [key, item] of entries) {
      const flow = this.#scoped(() => {
        const values = variables.length === 2 ? [key, item] : [item];
        this.#assign(pipeline, values);
        return this.#list(body, item);
      });
      if (flow === "break") break;
    }
    return "next";
  }

  #assign({ variables, sets }: Pipeline, values: readonly unknown[]): void {
    for (const [index, name] of variables.entries()) {
      const value = values[index];
      const existing = this.#variables.findLast((v) => v.name === name);
      if (sets === "existing" && existing !== undefined) {
        existing.value = value;
      } else this.#variables.push({ name, value });
    }
  }

  #pipeline(pipeline: Pipeline, dot: unknown): unknown {
    let value: unknown = NONE;
    for (const command of pipeline.commands) {
      value = this.#command(command, dot, value);
    }
    this.#assign(pipeline, [value]);
    return value;
  }

  #command(
    [head, ...operands]: Command,
    dot: unknown,
    last: unknown,
  ): unknown {
    if (head.base.kind === "nil") {
      throw evaluationError(head.place, "nil is not a command");
    }
    const args = operands.map((operand) => (): unknown =>
      this.#operand(operand, dot)
    );
    if (last !== NONE) args.push((): unknown => last);
    return this.#operand(head, dot, args);
  }

  #operand(
    { base, fields, place }: Operand,
    dot: unknown,
    args: readonly (() => unknown)[] = [],
  ): unknown {
    const argsOfBase = fields.length === 0 ? args : [];
    const isCall = base.kind === "function" && argsOfBase === args;
    let value: unknown;
    switch (base.kind) {
      case "dot":
        value = dot;
        break;
      case "nil":
        return null;
      case "literal":
        value = base.value;
        break;
      case "variable":
        value = this.#variables.findLast((v) => v.name === base.name)?.value;
        break;
      case "function":
        value = this.#call(base.name, argsOfBase, place);
        break;
      case "pipeline":
        value = this.#pipeline(base.pipeline, dot);
        break;
    }
    if (isCall) return value;
    return fieldsOf(value, { fields, args: args.map((arg) => arg()), place });
  }

  #call(
    name: string,
    args: readonly (() => unknown)[],
    place: Operand["place"],
  ): unknown {
    if (SHORT_CIRCUITS.has(name)) {
      let value: unknown;
      for (const arg of args) {
        value = arg();
        if (isEmptyValue(value) === (name === "and")) break;
      }
      return value;
    }
    const values = args.map((arg) => {
      const value = arg();
      return value === NO_VALUE ? null : value;
    });
    try {
      return this.#functions[name]?.(...values);
    } catch (error) {
      if (!(error instanceof Error) || error.constructor !== Error) throw error;
      throw evaluationError(place, `error calling ${name}: ${error.message}`);
    }
  }
}

/** What `range` goes through, or `undefined` if there is nothing such. */
function entriesOf(value: unknown): readonly [unknown, unknown][] | undefined {
  if (isNil(value)) return [];
  if (Array.isArray(value)) return [...value.entries()];
  if (value instanceof Map) return sortedEntries(value);
  if (typeof value === "number" && Number.isInteger(value)) {
    return Array.from({ length: Math.max(0, value) }, (_, i) => [i, i]);
  }
  return undefined;
}
