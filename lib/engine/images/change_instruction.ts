/**
 * Instructions of a Dockerfile that change how an image is run, as `commit -c`
 * and `import -c` take them. Pure.
 *
 * @module
 * @see Dockerfile reference
 */
import { parseSignal } from "../../../ffi/constants/signal.ts";
import { UsageError } from "../../base/errors.ts";
import type { ImageSettings } from "../../oci/image_spec.ts";
import { normalizePath } from "../volume.ts";
import { expandWord, splitWords, type Variables } from "./expand_word.ts";
import { readHealthcheck } from "./healthcheck_instruction.ts";
import { readList } from "./json_list.ts";

/** An instruction about to be carried out. */
interface Arguments {
  /** In capitals. */
  readonly name: string;
  /** What follows it. */
  readonly text: string;
  readonly settings: ImageSettings;
  /** What variables in words stand for: those set so far. */
  readonly variables: Variables;
}

type Instruction = (args: Arguments) => ImageSettings;

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  CMD: (args) => ({ ...args.settings, Cmd: readProgram(args) }),
  ENTRYPOINT: (args) => {
    const { Cmd: _, ...settings } = args.settings;
    // Another entrypoint has no use for the arguments of the one before.
    return { ...settings, Entrypoint: readProgram(args) };
  },
  ENV: (args) => ({ ...args.settings, Env: setVariables(args) }),
  EXPOSE: (args) => ({
    ...args.settings,
    ExposedPorts: union(args.settings.ExposedPorts, readPorts(args)),
  }),
  HEALTHCHECK: ({ text, settings }) => ({
    ...settings,
    Healthcheck: readHealthcheck(text),
  }),
  LABEL: (args) => ({
    ...args.settings,
    Labels: { ...args.settings.Labels, ...Object.fromEntries(readPairs(args)) },
  }),
  ONBUILD: ({ text, settings }) => ({
    ...settings,
    OnBuild: [...settings.OnBuild ?? [], checkTrigger(text)],
  }),
  SHELL: ({ text, settings }) => ({ ...settings, Shell: readShell(text) }),
  STOPSIGNAL: (args) => {
    const signal = oneWord(args);
    if (parseSignal(signal) === undefined) {
      throw new UsageError(`invalid signal: ${signal}`);
    }
    return { ...args.settings, StopSignal: signal };
  },
  USER: (args) => ({ ...args.settings, User: oneWord(args) }),
  VOLUME: (args) => ({
    ...args.settings,
    Volumes: union(args.settings.Volumes, readVolumes(args)),
  }),
  WORKDIR: (args) => ({
    ...args.settings,
    WorkingDir: resolve(args.settings.WorkingDir, oneWord(args)),
  }),
};

/** Instructions that no image's settings can hold. */
const BUILDING = /^(?:ADD|ARG|COPY|FROM|MAINTAINER|RUN)$/;
/** Podman takes `CMD=…`, too. */
const LINE = /^\s*([A-Za-z]+)(?:=\s*|\s+|$)(.*)$/s;
const DEFAULT_SHELL = ["/bin/sh", "-c"];

/**
 * Carries instructions out, one after the other.
 *
 * @param settings What they change.
 * @param changes Instructions; several in one text stand on lines of their own.
 * @throws {UsageError} If one is malformed, or does not change settings.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const changes = ['CMD ["cat", "/n"]', "ENV a=b c='d e'"];
 * assert.deepEqual(applyChanges({}, changes), {
 *   Cmd: ["cat", "/n"],
 *   Env: ["a=b", "c=d e"],
 * });
 * ```
 */
export function applyChanges(
  settings: ImageSettings,
  changes: readonly string[],
): ImageSettings {
  return changes.flatMap(splitLines).reduce(applyChange, settings);
}

function applyChange(settings: ImageSettings, line: string): ImageSettings {
  const [, word = "", text = ""] = LINE.exec(line) ?? [];
  const name = word.toUpperCase();
  const instruction = Object.hasOwn(INSTRUCTIONS, name)
    ? INSTRUCTIONS[name]
    : undefined;
  if (instruction === undefined) throw notAChange(name, line);
  const variables = new Map(
    (settings.Env ?? []).map((entry) => splitAt(entry, entry.indexOf("="))),
  );
  return instruction({ name, text: text.trim(), settings, variables });
}

function notAChange(name: string, line: string): UsageError {
  const advice = `one of ${Object.keys(INSTRUCTIONS).join(", ")}`;
  return BUILDING.test(name)
    ? new UsageError(`${name.toLowerCase()} is not a valid change command`, {
      advice,
    })
    : new UsageError(`unknown instruction: ${name || line.trim()}`, { advice });
}

/** A backslash at the end of a line goes on with the next. */
function splitLines(text: string): string[] {
  return text.replaceAll(/\\[ \t]*\r?\n/g, "").split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^\s*#/.test(line));
}

/** A list in JSON, or a command line for the shell. */
function readProgram({ name, text, settings }: Arguments): readonly string[] {
  const list = readList(text);
  if (list !== undefined) return list;
  if (text === "") throw needsArgument(name);
  return [...settings.Shell ?? DEFAULT_SHELL, text];
}

function readShell(text: string): readonly string[] {
  const list = readList(text);
  if (list === undefined) {
    throw new UsageError("SHELL requires the arguments to be in JSON form");
  }
  if (list.length === 0) throw needsArgument("SHELL");
  return list;
}

/** A variable that was there keeps its place. */
function setVariables(args: Arguments): string[] {
  const values = new Map(args.variables);
  for (const [name, value] of readPairs(args)) values.set(name, value);
  return [...values].map((pair) => pair.join("="));
}

/** `NAME=VALUE …`, or `NAME` and the rest as its value. */
function readPairs({ name, text, variables }: Arguments): [string, string][] {
  const words = splitWords(text);
  const [first] = words;
  if (first === undefined) throw needsArgument(name);
  const pairs = first.includes("=")
    ? words.map((word) => splitPair(word))
    : [splitOld(name, text)];
  return pairs.map(([key, value]) => {
    const expanded = expandWord(key, variables);
    if (expanded === "") throw new UsageError(`${name} names can not be blank`);
    return [expanded, expandWord(value, variables)];
  });
}

function splitPair(word: string): [string, string] {
  const equals = word.indexOf("=");
  if (equals >= 0) return splitAt(word, equals);
  throw new UsageError(
    `Syntax error - can't find = in "${word}". Must be of the form: name=value`,
  );
}

function splitOld(name: string, text: string): [string, string] {
  const [, key, value] = /^(\S+)\s+(.+)$/s.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return [key, value];
  throw new UsageError(`${name} must have two arguments`);
}

function splitAt(text: string, at: number): [string, string] {
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function readPorts({ name, text, variables }: Arguments): string[] {
  const words = splitWords(text).map((word) => expandWord(word, variables))
    .flatMap((word) => word.split(/\s+/)).filter((word) => word !== "");
  if (words.length === 0) throw needsArgument(name);
  return words.flatMap(readPort);
}

function readPort(text: string): string[] {
  const MAX_PORT = 65_535;
  const [ports = "", protocol = "tcp", ...rest] = text.split("/");
  const proto = protocol.toLowerCase();
  if (rest.length > 0 || !/^(?:tcp|udp|sctp)$/.test(proto)) {
    throw new UsageError(`invalid proto: ${[protocol, ...rest].join("/")}`);
  }
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(ports) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && from <= to && to <= MAX_PORT)) {
    throw new UsageError(`invalid containerPort: ${ports}`);
  }
  return Array.from(
    { length: to - from + 1 },
    (_, index) => `${from + index}/${proto}`,
  );
}

function readVolumes({ name, text, variables }: Arguments): string[] {
  const words = readList(text) ?? splitWords(text);
  if (words.length === 0) throw needsArgument(name);
  const paths = words.map((word) => expandWord(word, variables).trim());
  if (!paths.includes("")) return paths;
  throw new UsageError("VOLUME specified can not be an empty string");
}

/** All that follows is one word. */
function oneWord({ name, text, variables }: Arguments): string {
  const word = expandWord(text, variables);
  if (word !== "") return word;
  throw new UsageError(`${name} requires exactly one argument`);
}

function checkTrigger(text: string): string {
  const [name = ""] = /^\S*/.exec(text)?.map((word) => word.toUpperCase()) ??
    [];
  switch (name) {
    case "":
      throw needsArgument("ONBUILD");
    case "ONBUILD":
      throw new UsageError(
        "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
      );
    case "MAINTAINER":
    case "FROM":
      throw new UsageError(`${name} isn't allowed as an ONBUILD trigger`);
    default:
      return text;
  }
}

function resolve(current: string | undefined, path: string): string {
  return normalizePath(
    path.startsWith("/") ? path : `${current ?? ""}/${path}`,
  );
}

function union(
  known: readonly string[] | undefined,
  more: readonly string[],
): string[] {
  return [...new Set([...known ?? [], ...more])].sort();
}

function needsArgument(name: string): UsageError {
  return new UsageError(`${name} requires at least one argument`);
}
