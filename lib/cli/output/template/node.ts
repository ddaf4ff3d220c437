/**
 * What a template is made of, once it has been read. Types only.
 *
 * @module
 * @see Go text/template, "Actions", "Arguments" and "Pipelines"
 */

/** A piece of a template. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly pipeline: Pipeline }
  | ({ readonly kind: "if" | "with" | "range" } & Block)
  | { readonly kind: "break" | "continue" };

/** What is done depending on a value. */
export interface Block {
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  /** For a value that is empty. */
  readonly otherwise: readonly TemplateNode[];
}

/** Commands, each of which passes its value to the next as last argument. */
export interface Pipeline {
  /** Variables that get the value: one, or two of a `range`. */
  readonly variables: readonly string[];
  /** `:=` makes them, `=` changes them. */
  readonly sets: "new" | "existing";
  readonly commands: readonly [Command, ...Command[]];
}

/** A function or a value, and arguments. */
export type Command = readonly [Operand, ...Operand[]];

/** A value, and the fields of it that are asked for, one of another. */
export interface Operand {
  readonly base: OperandBase;
  readonly fields: readonly string[];
  readonly place: Place;
}

/** Where a value comes from. */
export type OperandBase =
  | { readonly kind: "dot" | "nil" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline };

/** Where something is in a template, for messages. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  /** As written. */
  readonly text: string;
}
