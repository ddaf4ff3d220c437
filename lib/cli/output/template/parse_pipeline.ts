/**
 * What is inside one `{{…}}`: variables, commands, operands.
 *
 * @module
 * @see Go text/template, "Pipelines"
 */
import { parseError } from "./error.ts";
import { placeOf, type Token } from "./lex.ts";
import { unquote } from "./literal.ts";
import type { Command, Operand, OperandBase, Pipeline } from "./node.ts";

/** Tokens and what is known where they are. */
export interface ActionSource {
  readonly template: string;
  readonly tokens: readonly Token[];
  /** Where the action begins. */
  readonly offset: number;
  readonly functions: ReadonlySet<string>;
  /** Names of variables; those that the action makes are added. */
  readonly variables: string[];
}

const CONSTANTS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Reads one action from its beginning to its end. */
export class PipelineParser {
  readonly #source: ActionSource;
  #next = 0;

  constructor(source: ActionSource) {
    this.#source = source;
  }

  /** Where the action begins in the template. */
  get offset(): number {
    return this.#source.offset;
  }

  /** The next token if it is a word, which may be that of a block. */
  keyword(): string | undefined {
    const token = this.#peek();
    return token?.kind === "word" ? token.text : undefined;
  }

  /** Passes over a token. */
  skip(): void {
    this.#next++;
  }

  /** @throws {UsageError} If there is more. */
  finish(): void {
    const token = this.#peek();
    if (token !== undefined) throw this.#unexpected(token);
  }

  /** Everything up to the end as a pipeline. */
  pipeline(most: "one variable" | "two variables"): Pipeline {
    const pipeline = this.#pipeline(most);
    this.finish();
    return pipeline;
  }

  #pipeline(most?: "one variable" | "two variables"): Pipeline {
    const declared = this.#declaration(most);
    const commands: [Command, ...Command[]] = [this.#command()];
    while (this.#takeSymbol("|")) commands.push(this.#command());
    // A variable cannot be used in its own declaration.
    if (declared.sets === "new") {
      this.#source.variables.push(...declared.variables);
    }
    return { ...declared, commands };
  }

  /** `$x :=`, `$x =`, or `$i, $x :=`; none of them is no declaration. */
  #declaration(
    most?: "one variable" | "two variables",
  ): Pick<Pipeline, "variables" | "sets"> {
    const start = this.#next;
    const variables: string[] = [];
    while (most !== undefined && this.#peek()?.kind === "variable") {
      variables.push(this.#take().text);
      const isPair = most === "two variables" && variables.length === 1;
      if (isPair && this.#takeSymbol(",")) continue;
      if (this.#takeSymbol(":=")) return { variables, sets: "new" };
      if (this.#takeSymbol("=")) {
        variables.forEach((name) => this.#assertDeclared(name));
        return { variables, sets: "existing" };
      }
      break;
    }
    this.#next = start;
    return { variables: [], sets: "new" };
  }

  #command(): Command {
    const operands: [Operand, ...Operand[]] = [this.#operand()];
    for (;;) {
      const token = this.#peek();
      const isEnd = token === undefined ||
        (token.kind === "symbol" && token.text !== "(");
      if (isEnd) return operands;
      if (token.isAdjacent && token.text !== "(") throw this.#unexpected(token);
      operands.push(this.#operand());
    }
  }

  #operand(): Operand {
    const first = this.#peek();
    const start = this.#next;
    const base = this.#base();
    const fields = base.kind === "dot" && first?.kind === "field"
      ? [first.text.slice(1)]
      : [];
    let position = first?.offset ?? 0;
    for (;;) {
      const token = this.#peek();
      if (token?.kind !== "field" || !token.isAdjacent) break;
      if (base.kind === "literal" || base.kind === "nil") {
        throw this.#unexpected(token);
      }
      // Go points at the second link of a chain.
      if (this.#next === start + 1) position = token.offset;
      fields.push(this.#take().text.slice(1));
    }
    const { template, tokens } = this.#source;
    const last = tokens[this.#next - 1];
    const end = last === undefined ? position : last.offset + last.text.length;
    const text = template.slice(first?.offset, end);
    return { base, fields, place: { ...placeOf(template, position), text } };
  }

  #base(): OperandBase {
    const token = this.#take();
    const { text } = token;
    switch (token.kind) {
      case "dot":
      case "field":
        return { kind: "dot" };
      case "variable":
        this.#assertDeclared(text);
        return { kind: "variable", name: text };
      case "number":
        return { kind: "literal", value: Number(text) };
      case "raw":
        return { kind: "literal", value: text.slice(1, -1) };
      case "string":
        return { kind: "literal", value: this.#unquote(token) };
      case "char":
        return {
          kind: "literal",
          value: this.#unquote(token).codePointAt(0) ?? 0,
        };
      case "word":
        return this.#word(text);
      case "symbol":
        if (text !== "(") throw this.#unexpected(token);
        return this.#parenthesized();
    }
  }

  #word(text: string): OperandBase {
    const constant = CONSTANTS.get(text);
    if (constant !== undefined) return { kind: "literal", value: constant };
    if (text === "nil") return { kind: "nil" };
    if (this.#source.functions.has(text)) {
      return { kind: "function", name: text };
    }
    throw this.#error(`function "${text}" not defined`);
  }

  #parenthesized(): OperandBase {
    const pipeline = this.#pipeline();
    if (!this.#takeSymbol(")")) throw this.#error("unclosed left paren");
    return { kind: "pipeline", pipeline };
  }

  #unquote(token: Token): string {
    const text = unquote(token.text);
    if (text === undefined) throw this.#error(`invalid syntax: ${token.text}`);
    return text;
  }

  #assertDeclared(name: string): void {
    if (this.#source.variables.includes(name)) return;
    throw this.#error(`undefined variable "${name}"`);
  }

  #takeSymbol(text: string): boolean {
    const token = this.#peek();
    if (token?.kind !== "symbol" || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #peek(): Token | undefined {
    return this.#source.tokens[this.#next];
  }

  #take(): Token {
    const token = this.#peek();
    if (token === undefined) throw this.#error("missing value for command");
    this.#next++;
    return token;
  }

  #unexpected({ text }: Token): Error {
    return this.#error(`unexpected "${text}" in command`);
  }

  #error(what: string): Error {
    return parseError(placeOf(this.#source.template, this.offset).line, what);
  }
}
