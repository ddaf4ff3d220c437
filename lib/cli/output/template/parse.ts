/**
 * From the tokens of a template to the tree that is evaluated.
 *
 * @module
 * @see Go text/template, "Actions"
 */
import { parseError } from "./error.ts";
import { lex, type Piece, placeOf } from "./lex.ts";
import type { Block, TemplateNode } from "./node.ts";
import { PipelineParser } from "./parse_pipeline.ts";

/** How a list of nodes has ended. */
type Ending = "end" | "else" | "eof";

const BLOCKS = ["if", "with", "range"] as const;
const LOOP_EXITS = ["break", "continue"] as const;
const UNSUPPORTED: ReadonlySet<string> = new Set([
  "define",
  "template",
  "block",
]);

/**
 * Reads a template.
 *
 * @param functions The names of those it may call.
 * @throws {UsageError} If it is malformed, or calls a function there is not.
 */
export function parse(
  template: string,
  functions: ReadonlySet<string>,
): readonly TemplateNode[] {
  return new TemplateParser(template, functions).parse();
}

class TemplateParser {
  readonly #pieces: readonly Piece[];
  #next = 0;
  /** Names of variables that can be used here. */
  readonly #variables: string[] = ["$"];
  #loops = 0;

  constructor(
    readonly template: string,
    readonly functions: ReadonlySet<string>,
  ) {
    this.#pieces = lex(template);
  }

  parse(): TemplateNode[] {
    const { nodes, ending, rest } = this.#list();
    if (ending !== "eof") throw this.#unexpected(rest, `{{${ending}}}`);
    return nodes;
  }

  /** Nodes up to an `end`, an `else` or the end of the template. */
  #list(): {
    readonly nodes: TemplateNode[];
    readonly ending: Ending;
    readonly rest: PipelineParser;
  } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#next++];
      if (piece === undefined) {
        return { nodes, ending: "eof", rest: this.#action([]) };
      }
      if (piece.kind === "text") {
        nodes.push(piece);
        continue;
      }
      const action = this.#action(piece.tokens, piece.offset);
      const keyword = action.keyword();
      if (keyword === "end" || keyword === "else") {
        action.skip();
        return { nodes, ending: keyword, rest: action };
      }
      nodes.push(this.#node(action, keyword));
    }
  }

  #node(action: PipelineParser, keyword: string | undefined): TemplateNode {
    const block = BLOCKS.find((kind) => kind === keyword);
    if (block !== undefined) {
      action.skip();
      return { kind: block, ...this.#block(block, action) };
    }
    const exit = LOOP_EXITS.find((kind) => kind === keyword);
    if (exit !== undefined) {
      action.skip();
      action.finish();
      if (this.#loops === 0) {
        throw this.#unexpected(action, `{{${exit}}} outside {{range}}`);
      }
      return { kind: exit };
    }
    if (keyword !== undefined && UNSUPPORTED.has(keyword)) {
      throw this.#unexpected(action, `{{${keyword}}}, which tsdocker has not`);
    }
    return { kind: "action", pipeline: action.pipeline("one variable") };
  }

  /** The rest of a block; what it declares ends with it. */
  #block(kind: typeof BLOCKS[number], action: PipelineParser): Block {
    const scope = this.#variables.length;
    const isLoop = kind === "range";
    const pipeline = action.pipeline(isLoop ? "two variables" : "one variable");
    const declared = this.#variables.length;
    if (isLoop) this.#loops++;
    const { nodes: body, ending, rest } = this.#list();
    if (isLoop) this.#loops--;
    this.#variables.length = declared;
    if (ending === "eof") throw this.#unexpected(rest, "EOF");
    if (ending === "end") rest.finish();
    const otherwise = ending === "else" ? this.#otherwise(kind, rest) : [];
    this.#variables.length = scope;
    return { pipeline, body, otherwise };
  }

  /** What follows `else`: nodes, or `if` and so a block of its own. */
  #otherwise(
    kind: typeof BLOCKS[number],
    rest: PipelineParser,
  ): TemplateNode[] {
    const keyword = rest.keyword();
    if (keyword !== undefined && keyword === kind && keyword !== "range") {
      rest.skip();
      return [{ kind: keyword, ...this.#block(keyword, rest) }];
    }
    rest.finish();
    const { nodes, ending, rest: after } = this.#list();
    if (ending === "eof") throw this.#unexpected(after, "EOF");
    if (ending === "else") throw this.#unexpected(after, "{{else}}");
    after.finish();
    return nodes;
  }

  #action(
    tokens: ConstructorParameters<typeof PipelineParser>[0]["tokens"],
    offset = this.template.length,
  ): PipelineParser {
    return new PipelineParser({
      template: this.template,
      functions: this.functions,
      variables: this.#variables,
      tokens,
      offset,
    });
  }

  #unexpected(action: PipelineParser, what: string): Error {
    const { line } = placeOf(this.template, action.offset);
    return parseError(line, `unexpected ${what}`);
  }
}
