/**
 * The engine in tests: roots of their own, containers in every stage of their
 * life, and a check that nothing is left.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../lib/base/identifiers.ts";
import { type HostPaths, hostPaths } from "../../lib/base/host_paths.ts";
import type { ConfigDraft } from "../../lib/engine/configure.ts";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import {
  createContainer,
  type CreatedContainer,
} from "../../lib/engine/containers/create.ts";
import { ensureDirectories } from "../../lib/engine/containers/directories.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import type { RunOptions } from "../../lib/engine/run_options.ts";
import { containerConfig, runOptions } from "./run_options.ts";
import { emptyCgroups, remains, type Territory } from "./remains.ts";
import { rootTest } from "./root.ts";

/** What a draft becomes once its image has been opened. */
export type LayeredDraft = ConfigDraft & Pick<ContainerConfig, "layers">;

/** Roots of one test, and an engine that uses them. */
export class EngineRoots implements Territory {
  readonly directory: string;
  readonly root: string;
  readonly runRoot: string;
  readonly paths: HostPaths;
  /** What the engine has warned of. */
  readonly warnings: string[] = [];
  /** What it has told besides. */
  readonly told: string[] = [];
  readonly engine: Engine;

  constructor() {
    // Overlayfs refuses some file systems that /tmp may be.
    this.directory = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "eng-" });
    this.root = `${this.directory}/root`;
    this.runRoot = `${this.directory}/run`;
    this.paths = hostPaths(this);
    this.engine = {
      paths: this.paths,
      cwd: this.directory,
      imagePath: [`${this.directory}/images`],
      launcher: "auto",
      defaultNetwork: "none",
      invoker: { uid: 0, gid: 0 },
      inform: (message) => void this.told.push(message),
      warn: (message) => void this.warnings.push(message),
    };
  }

  /** A draft of a container on an empty layer. */
  draft(changes: Partial<LayeredDraft> = {}): LayeredDraft {
    const layer = `${this.directory}/layer`;
    Deno.mkdirSync(layer, { recursive: true });
    const id = changes.id ?? createContainerId();
    return {
      ...containerConfig({ id, layers: [layer] }),
      name: undefined,
      ...changes,
    };
  }

  /** Creates a container that its creator keeps locked. */
  create(changes: Partial<LayeredDraft> = {}): CreatedContainer {
    return createContainer(
      this.paths,
      this.draft(changes),
      this.engine.invoker,
    );
  }

  /** Options of a `run` that asks for nothing special. */
  options(changes: Partial<RunOptions> = {}): RunOptions {
    return runOptions(changes);
  }
}

/**
 * Registers a test of the engine that needs root. It fails if the test leaves
 * a container, name, state, process, mount, lock or open file.
 */
export function engineTest(
  name: string,
  run: (roots: EngineRoots) => void | Promise<void>,
): void {
  rootTest(name, async () => {
    const before = hostState();
    const roots = new EngineRoots();
    const cgroupsBefore = new Set(emptyCgroups());
    ensureDirectories(roots.paths);
    try {
      await run(roots);
      assert.deepEqual(await remains({ ...roots, cgroupsBefore }), []);
    } finally {
      await Deno.remove(roots.directory, { recursive: true });
    }
    assert.deepEqual(hostState(), before);
  });
}

/** A mount where tests have their places, which others may use meanwhile. */
const OF_TESTS = /^(?:\S+ ){4}\/var\/tmp\//;

/**
 * Mounts of this process, and its pipes, files and directories; what the
 * event loops of Deno's workers have open comes and goes. Mounts in the place
 * of the test are among what {@linkcode remains} looks for.
 */
function hostState(): unknown {
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo").split("\n")
    .filter((line) => !OF_TESTS.test(line));
  const descriptors = [...Deno.readDirSync("/proc/self/fd")]
    .map(({ name }) => target(`/proc/self/fd/${name}`))
    .filter((path) => !/^(?:anon_inode:\[event|socket:)/.test(path));
  return { mounts, descriptors: descriptors.sort() };
}

/** The descriptor of the listing itself is closed by now. */
function target(link: string): string {
  try {
    return Deno.readLinkSync(link);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "socket:gone";
    throw error;
  }
}
