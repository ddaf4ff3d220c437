/**
 * Events: what happens to containers, one line of JSON each in a log that all
 * tsdockers append to. Writing one is on the path of `run`; reading them is in
 * `event_log.ts`.
 *
 * @module
 * @see open(2), O_APPEND: appending and finding the end are one step
 */
import { openat } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_APPEND,
  O_CREAT,
  O_WRONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { syscall } from "../../ffi/syscall.ts";
import type { HostPaths } from "../base/host_paths.ts";
import type { ContainerConfig } from "./container_config.ts";
import { tryLock } from "./containers/lock.ts";

/** What kinds of things have events. */
export const EVENT_TYPES = ["container", "image", "network", "volume"] as const;

/** What has happened, in docker's words. */
export type EventAction =
  | "attach"
  | "commit"
  | "connect"
  | "copy"
  | "create"
  | "delete"
  | "destroy"
  | "detach"
  | "die"
  | "disconnect"
  | `exec_create${"" | `: ${string}`}`
  | "exec_detach"
  | "exec_die"
  | `exec_start${"" | `: ${string}`}`
  | "export"
  | `health_status: ${string}`
  | "import"
  | "kill"
  | "load"
  | "mount"
  | "oom"
  | "pause"
  | "prune"
  | "pull"
  | "push"
  | "rename"
  | "resize"
  | "restart"
  | "save"
  | "start"
  | "stop"
  | "tag"
  | "top"
  | "unmount"
  | "unpause"
  | "untag"
  | "update";

/** Something that has happened. */
export interface ContainerEvent {
  readonly type: typeof EVENT_TYPES[number];
  readonly action: EventAction;
  /** Of what it has happened to. */
  readonly id: string;
  /** More about it: `name`, `image`, `exitCode`, labels. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What has happened to a container that the caller knows well. */
export type ContainerChange =
  & Pick<ContainerEvent, "action">
  & Partial<Pick<ContainerEvent, "attributes">>;

/** An event and its time, as the log has it. */
export interface RecordedEvent extends Omit<ContainerEvent, "action"> {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly action: string;
}

/** Where the log of events is; the one before it has `.1` appended. */
export function eventLogPath(paths: Pick<HostPaths, "events">): string {
  return `${paths.events}/events.log`;
}

/** A log that has grown to this becomes the one before. */
const MAX_LOG_BYTES = 4 * 1024 * 1024;
/** An attribute may be a whole command line, or a label of any length. */
const MAX_ATTRIBUTE_LENGTH = 1024;
/** What is kept of an event that has very many attributes. */
const SHORT_ATTRIBUTES = ["name", "image", "exitCode", "signal", "oldName"];
const MAX_LINE_LENGTH = 32 * 1024;

/**
 * Writes down that something has happened, now. Never throws: an event that
 * cannot be written, as on a full disk, must not stop what it tells of.
 *
 * @param timeMs When it has happened, milliseconds since the epoch.
 */
export function recordEvent(
  paths: Pick<HostPaths, "events">,
  event: ContainerEvent,
  timeMs: number = Date.now(),
): void {
  try {
    const sizeBytes = append(paths, eventLine({ ...event, time: timeMs }));
    if (sizeBytes >= MAX_LOG_BYTES) rotate(paths);
  } catch {
    // No root yet, not root, a full or read-only disk: see above.
  }
}

/**
 * Writes down that something has happened to a container, with the attributes
 * that docker gives: its name, its image, its labels.
 */
export function recordContainerEvent(
  paths: Pick<HostPaths, "events">,
  container: Pick<ContainerConfig, "id" | "name" | "image" | "labels">,
  { action, attributes }: ContainerChange,
): void {
  const { id, name, image, labels } = container;
  recordEvent(paths, {
    type: "container",
    action,
    id,
    attributes: { ...labels, image, name, ...attributes },
  });
}

/** One line; its beginning is nowhere else in a log, since strings escape it. */
function eventLine(event: RecordedEvent): string {
  const whole = lineWith(event, Object.keys(event.attributes).sort());
  return whole.length <= MAX_LINE_LENGTH
    ? whole
    : lineWith(event, SHORT_ATTRIBUTES);
}

function lineWith(
  { time, type, action, id, attributes }: RecordedEvent,
  names: readonly string[],
): string {
  // A label may have any name, `__proto__` too.
  const kept: Record<string, string> = Object.create(null);
  for (const name of names) {
    const value = attributes[name];
    if (value !== undefined) kept[cut(name)] = cut(value);
  }
  const line = { time, type, action: cut(action), id, attributes: kept };
  return `${JSON.stringify(line)}\n`;
}

function cut(text: string): string {
  return text.length <= MAX_ATTRIBUTE_LENGTH
    ? text
    : `${text.slice(0, MAX_ATTRIBUTE_LENGTH - 1)}…`;
}

/** @returns How large the log is then, in bytes. */
function append(paths: Pick<HostPaths, "events">, line: string): number {
  using file = openLog(paths);
  // In one call, so that lines of several processes do not mix.
  const bytes = new TextEncoder().encode(line);
  syscall("write", file.number, bytes, bytes.length);
  const SEEK_CUR = 1;
  return syscall("lseek", file.number, 0, SEEK_CUR);
}

function openLog(paths: Pick<HostPaths, "events">): Fd {
  const flags = O_WRONLY | O_APPEND | O_CREAT;
  const open = (): Fd => openat(AT_FDCWD, eventLogPath(paths), flags, 0o600);
  try {
    return open();
  } catch (error) {
    if (!isSyscallError(error, "ENOENT")) throw error;
    makeDirectory(paths.events);
    return open();
  }
}

function makeDirectory(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process has something to tell, too.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Begins a new log, unless another process is about to, or has. */
function rotate(paths: Pick<HostPaths, "events">): void {
  const lock = tryLock(paths.events);
  if (lock === "busy" || lock === "missing") return;
  using _locked = lock;
  const path = eventLogPath(paths);
  if (Deno.statSync(path).size < MAX_LOG_BYTES) return;
  Deno.renameSync(path, `${path}.1`);
}
