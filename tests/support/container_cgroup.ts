/**
 * A container's cgroups on this host, made and joined by the steps of a plan.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../ffi/calls/pipe.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { Fd } from "../../ffi/fd.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import type { Results, SyscallRecord } from "../../ffi/record.ts";
import type { LinuxResources } from "../../lib/oci/linux_resources.ts";
import { discardLimits } from "../../lib/runtime/cgroups/discard.ts";
import { type Feature, supports } from "../../lib/runtime/cgroups/feature.ts";
import type { Controller } from "../../lib/runtime/cgroups/hierarchy.ts";
import { pause } from "../../lib/runtime/cgroups/pause.ts";
import { mountedHierarchies } from "../../lib/runtime/cgroups/mount_table.ts";
import { removeCgroup } from "../../lib/runtime/cgroups/remove.ts";
import {
  type CgroupSurvey,
  surveyCgroups,
} from "../../lib/runtime/cgroups/survey.ts";
import {
  type CgroupPlan,
  cgroupSteps,
} from "../../lib/runtime/plan/cgroups.ts";
import { prepare } from "../../lib/runtime/rootfs/prepare.ts";
import { exitStatus } from "./processes.ts";
import { rootTest } from "./root.ts";
import { runtimeSpec } from "./runtime_spec.ts";

const DEADLINE_MS = 10_000;

/** A container's cgroups on this host, for a test. */
export interface TestCgroup {
  readonly path: string;
  /** The user-named parent, which nobody else uses. */
  readonly parent: string;
  /** Of this moment. */
  readonly survey: CgroupSurvey;
  /** Its directory for a controller, by any of its names. */
  directory(...controllers: Controller[]): string;
  /** What a file of it says, wherever it is; `undefined` if nowhere. */
  read(file: string): string | undefined;
  /** Waits until a file says something; for seconds at most. */
  waitFor(file: string, pattern: RegExp): void;
  /** Directories of it that exist. */
  remaining(): string[];
  /** Makes it, and runs a program in it. */
  launch(
    script: string,
    resources?: LinuxResources,
    own?: OwnNamespaces,
  ): LaunchedShell;
}

/** Namespaces that a program is to have, and what to do in them first. */
export interface OwnNamespaces {
  readonly cloneFlags: number;
  readonly steps: readonly SyscallRecord[];
}

/** A shell in a cgroup. */
export interface LaunchedShell {
  readonly pid: number;
  readonly pidfd: Fd;
  readonly warnings: readonly string[];
  /** Waits for its end. */
  exitStatus(): number;
  /** Waits for its end and for that of its output. */
  finish(): { readonly output: string; readonly status: number };
}

/**
 * Registers a test with cgroups of its own, removed at its end.
 *
 * @param needs What this host has to be able to limit; skipped if it cannot.
 */
export function cgroupTest(
  name: string,
  run: (cgroup: TestCgroup) => void | Promise<void>,
  ...needs: Feature[]
): void {
  const survey = surveyCgroups("/tsdocker-test/box");
  const lacking = needs.find((feature) => !supports(survey, feature));
  if (lacking !== undefined) {
    Deno.test({
      name: `${name} (skipped: this host cannot limit ${lacking})`,
      ignore: true,
      fn: () => {},
    });
    return;
  }
  rootTest(name, async () => {
    const parent = `/tsdocker-test-${crypto.randomUUID()}`;
    const path = `${parent}/box`;
    try {
      await run(testCgroup(parent, path));
    } finally {
      assert.ok(removeCgroup(path), "the test's cgroup can be removed");
      assert.ok(removeCgroup(parent), "its parent can be removed");
    }
  });
}

function testCgroup(parent: string, path: string): TestCgroup {
  const directories = mountedHierarchies().map(({ mountPoint }) =>
    `${mountPoint}${path}`
  );
  const directoryOf = (...controllers: string[]): string | undefined => {
    const found = surveyCgroups(path).hierarchies.find((hierarchy) =>
      hierarchy.controllers.some((name) => controllers.includes(name))
    );
    return found && `${found.mountPoint}${path}`;
  };
  const read = (file: string): string | undefined => {
    // The v2 tree of a hybrid host has some files without their controllers.
    const first = directoryOf(file.slice(0, file.indexOf(".")));
    const found = [...(first === undefined ? [] : [first]), ...directories]
      .map((directory) => `${directory}/${file}`).find(exists);
    return found && Deno.readTextFileSync(found).trim();
  };
  return {
    path,
    parent,
    get survey(): CgroupSurvey {
      return surveyCgroups(path);
    },
    directory: (...controllers) => {
      const found = directoryOf(...controllers);
      assert.ok(found !== undefined, `this host has ${controllers}`);
      return found;
    },
    read,
    waitFor: (file, pattern) => {
      const end = performance.now() + DEADLINE_MS;
      while (!pattern.test(read(file) ?? "")) {
        assert.ok(performance.now() < end, `${file} says ${pattern}`);
        pause();
      }
    },
    remaining: () => directories.filter(exists),
    launch: (script, resources, own) =>
      launchShell({ path, script, resources, own }),
  };
}

/** What to run, and in which cgroup. */
export interface ShellRequest {
  readonly path: string;
  readonly script: string;
  readonly resources?: LinuxResources | undefined;
  readonly own?: OwnNamespaces | undefined;
}

const NO_NAMESPACES: OwnNamespaces = { cloneFlags: 0, steps: [] };

/** Makes the cgroup, and runs a script in it. */
export function launchShell(
  { path, script, resources = {}, own = NO_NAMESPACES }: ShellRequest,
): LaunchedShell {
  const survey = surveyCgroups(path);
  const left = discardLimits(survey, resources);
  const plan = cgroupSteps(
    runtimeSpec({ linux: { cgroupsPath: path, resources: left.resources } }),
    survey,
  );
  using pipe = createPipe();
  const results: Results = new Map([["output", pipe.writable.number]]);
  using owner = new DisposableStack();
  prepare(plan.prepare, results, owner);
  const launched = launchInto(plan, results, {
    ...own,
    steps: [...own.steps, ...shell(script)],
  });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  const readable = pipe.readable.duplicate();
  return {
    pid: launched.pid,
    pidfd: launched.pidfd,
    warnings: left.warnings,
    exitStatus: () => {
      readable[Symbol.dispose]();
      return exitStatus(launched.pidfd);
    },
    finish: () => {
      using output = readable;
      const text = new TextDecoder().decode(readAllSync(output));
      return { output: text, status: exitStatus(launched.pidfd) };
    },
  };
}

/** Launches natively into the cgroups that were prepared. */
function launchInto(
  plan: CgroupPlan,
  results: Results,
  { cloneFlags, steps }: OwnNamespaces,
): ReturnType<NativeLauncher["launch"]> {
  using native = new NativeLauncher();
  const number = plan.cgroup === undefined
    ? undefined
    : results.get(plan.cgroup);
  const cgroup = number === undefined ? undefined : new Fd(number);
  try {
    return native.launch({
      cloneFlags: BigInt(cloneFlags),
      records: [...plan.child, ...steps],
      results,
      ...(cgroup === undefined ? {} : { cgroup }),
    });
  } finally {
    // It belongs to whoever prepared it.
    cgroup?.release();
  }
}

/** Runs a script whose output goes to the result `output`. */
function shell(script: string): SyscallRecord[] {
  return [
    { call: "dup3", args: [{ result: "output" }, 1, 0] },
    { call: "dup3", args: [{ result: "output" }, 2, 0] },
    ...RESET_SIGNALS,
    UNBLOCK_SIGNALS,
    {
      call: "execve",
      args: [
        "/bin/sh",
        { words: ["sh", "-c", script, 0] },
        { words: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", 0] },
      ],
    },
  ];
}

/** Directories of a path in all hierarchies of this host that exist. */
export function cgroupDirectories(path: string): string[] {
  return mountedHierarchies().map(({ mountPoint }) => `${mountPoint}${path}`)
    .filter(exists);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
