/**
 * How the portable program is cut into files. Deno loads compiled code by the
 * file, at 15 µs per KiB of source whether it is needed or not, and at 0.2 ms per
 * file; a late import takes 0.5 ms more.
 *
 * A layout is a program cut into files: the one where it starts, with all that is
 * loaded at once, and sections, which are loaded late. The modules named here
 * must all be imported with `await import()` somewhere. In the layouts where they
 * are named under `start` they are loaded at once all the same. Modules that
 * several sections use go to files of their own, and what is imported late but
 * named nowhere goes to the section `rest`.
 *
 * The commands that are called most have layouts of their own, without the other
 * commands. Those are left to the layout `main`.
 *
 * @module
 */
import type { LayoutName } from "../../lib/runtime/launch/self_invocation.ts";

/** Sections by name; each is the list of its modules, as paths in the checkout. */
export type Sections = Readonly<Record<string, readonly string[]>>;

/** A way to cut the program into files. */
export interface Layout {
  /** What the names of its files begin with. */
  readonly name: string;
  /** Modules that the sources import late and this layout at once. */
  readonly start: readonly string[];
  readonly sections: Sections;
}

/** Where the modules are that no section names. */
export const REST = "rest";

/** What makes a layer of an image that is new. */
const UNPACK = [
  "lib/engine/images/open_archive.ts",
  "lib/storage/layer_unpack.ts",
];

/** What reads archives of images, and files packed by xz. */
const ARCHIVES = {
  archives: [
    "lib/engine/images/open_stdin.ts",
    "lib/storage/archive/docker_archive.ts",
    "lib/storage/archive/oci_layout.ts",
    "lib/storage/archive/old_docker_archive.ts",
  ],
  xz: ["lib/storage/archive/xz_program.ts"],
};

/** What makes a filter of system calls for other privileges than the default. */
const SECCOMP = [
  "lib/runtime/security/seccomp/compile_profile.ts",
  "lib/runtime/security/seccomp/default_profile.ts",
];

/** What only containers with volumes of the store need. */
const VOLUMES = ["lib/engine/volumes/create_with_volumes.ts"];

/** What only containers need that are connected to networks. */
const NETWORK = [
  "lib/engine/networks/connection.ts",
  "lib/engine/networks/release_networks.ts",
];

/** What only some of those need: the first on a network, or with ports. */
const SELDOM_NETWORK = {
  "network-means": [
    "lib/engine/networks/create_network.ts",
    "lib/engine/networks/network_means.ts",
    "lib/network/routed_subnets.ts",
  ],
  "network-ports": ["lib/engine/networks/published_ports.ts"],
};

/** How tsdocker is cut in each layout. */
const CUTS: Readonly<Record<LayoutName, Omit<Layout, "name">>> = {
  run: {
    start: ["lib/cli/commands/run.ts", "lib/engine/containers/run.ts"],
    sections: {
      detached: [
        "lib/cli/commands/run_attached.ts",
        "lib/engine/containers/monitor_process.ts",
        "lib/engine/containers/run_detached.ts",
      ],
      network: NETWORK,
      ...SELDOM_NETWORK,
      seccomp: SECCOMP,
      unpack: [...UNPACK, ...VOLUMES],
      ...ARCHIVES,
    },
  },
  exec: {
    start: ["lib/cli/commands/exec.ts"],
    sections: { seccomp: SECCOMP },
  },
  monitor: {
    start: ["lib/cli/commands/internal/monitor.ts"],
    sections: {
      health: [
        "lib/engine/containers/exec_check.ts",
        "lib/monitor/health.ts",
      ],
      network: NETWORK,
      ...SELDOM_NETWORK,
      seccomp: SECCOMP,
    },
  },
  // All other commands, and what is called by other words.
  main: {
    start: [],
    sections: {
      // Whatever starts a process in a container.
      run: [
        "lib/cli/commands/attach.ts",
        "lib/cli/commands/create.ts",
        "lib/cli/commands/restart.ts",
        "lib/cli/commands/start.ts",
      ],
      // The second process of a container that the re-invoking launcher starts.
      init: ["lib/cli/commands/internal/init.ts"],
      // What is asked or said about containers there are.
      containers: [
        "lib/cli/commands/exists.ts",
        "lib/cli/commands/help.ts",
        "lib/cli/commands/kill.ts",
        "lib/cli/commands/logs.ts",
        "lib/cli/commands/pause.ts",
        "lib/cli/commands/ps.ts",
        "lib/cli/commands/rename.ts",
        "lib/cli/commands/rm.ts",
        "lib/cli/commands/stop.ts",
        "lib/cli/commands/unpause.ts",
        "lib/cli/commands/version.ts",
        "lib/cli/commands/wait.ts",
        "lib/engine/containers/list_filter.ts",
        "lib/engine/containers/size.ts",
      ],
      network: NETWORK,
      ...SELDOM_NETWORK,
      seccomp: [
        ...SECCOMP,
        "lib/runtime/security/seccomp/parse_profile.ts",
      ],
      // Files of containers.
      storage: [
        ...UNPACK,
        "lib/cli/commands/cp.ts",
        "lib/cli/commands/diff.ts",
        "lib/cli/commands/export.ts",
        "lib/engine/containers/own_layers.ts",
        "lib/engine/containers/unpack.ts",
      ],
      // What is asked or said about images there are.
      store: [
        "lib/cli/commands/history.ts",
        "lib/cli/commands/image/exists.ts",
        "lib/cli/commands/image/inspect.ts",
        "lib/cli/commands/image/prune.ts",
        "lib/cli/commands/image/tree.ts",
        "lib/cli/commands/images.ts",
        "lib/cli/commands/rmi.ts",
        "lib/cli/commands/tag.ts",
        "lib/cli/commands/untag.ts",
        "lib/engine/images/ancestry.ts",
        "lib/engine/images/find_named_image.ts",
        "lib/engine/inspection/image.ts",
      ],
      // Images in and out.
      images: [
        "lib/cli/commands/import.ts",
        "lib/cli/commands/load.ts",
        "lib/cli/commands/save.ts",
      ],
      ...ARCHIVES,
      // Images of containers.
      commit: ["lib/cli/commands/commit.ts"],
      // `pull` starts it for each large layer.
      layer: ["lib/cli/commands/internal/unpack.ts"],
      registry: [
        "lib/cli/commands/login.ts",
        "lib/cli/commands/logout.ts",
        "lib/cli/commands/pull.ts",
        "lib/cli/commands/push.ts",
        "lib/cli/pull_for_run.ts",
      ],
      volumes: [
        ...VOLUMES,
        "lib/cli/commands/volume/create.ts",
        "lib/cli/commands/volume/exists.ts",
        "lib/cli/commands/volume/inspect.ts",
        "lib/cli/commands/volume/ls.ts",
        "lib/cli/commands/volume/prune.ts",
        "lib/cli/commands/volume/rm.ts",
        "lib/engine/volumes/inspect_volume.ts",
      ],
    },
  },
};

/** The layouts of tsdocker. */
export const LAYOUTS: readonly Layout[] = Object.entries(CUTS)
  .map(([name, cut]) => ({ name, ...cut }));

/** The layout with all commands. */
export const MAIN = "main";

/** The module that imports all commands late. */
const COMMAND_TABLE = "lib/cli/command_table.ts";

/**
 * The file whose `again()` runs the program from its beginning, in the layout
 * `main`: what a layout comes to when it is given a command that it has not.
 */
export const AGAIN = `${MAIN}.again`;

/** An `await import()` of a module of the checkout. */
const LATE_IMPORT = /\bawait import\(\s*"(\.{1,2}\/[^"]+)",?\s*\)/g;

/** A module whose late imports lead to where the layout has what they import. */
export interface Redirected {
  readonly text: string;
  /** The modules that it still imports late, as paths in the checkout. */
  readonly late: readonly string[];
  /** The modules that it imports at once now. */
  readonly atStart: readonly string[];
}

/**
 * Makes a module's late imports lead to sections, or imports of what is loaded at
 * the start. Those come after its own, which are evaluated in the same order as
 * ever. Pure.
 *
 * @param path The module's path in the checkout, such as `lib/cli/app.ts`.
 * @param text Its TypeScript.
 *
 * @example The file's name is no literal, for Deno reads those at once
 * ```ts
 * import assert from "node:assert/strict";
 * const layout = { name: "x", start: [], sections: { rare: ["lib/b.ts"] } };
 * const { text, late } = redirect("lib/a.ts", 'await import("./b.ts")', layout);
 * assert.equal(text, '(await import(["./x.rare.js"][0]))["lib/b.ts"]');
 * assert.deepEqual(late, ["lib/b.ts"]);
 * ```
 */
export function redirect(
  path: string,
  text: string,
  layout: Layout,
): Redirected {
  const late: string[] = [];
  const atStart = new Set<string>();
  const redirected = text.replaceAll(LATE_IMPORT, (_, specifier: string) => {
    const module = moduleAt(specifier, path);
    if (layout.start.includes(module)) {
      atStart.add(module);
      return startName(module);
    }
    if (isLeftOut(path, module, layout)) {
      return `await (await import(["./${AGAIN}.js"][0])).again()`;
    }
    late.push(module);
    const section = sectionOf(module, layout.sections);
    const file = JSON.stringify(`./${layout.name}.${section}.js`);
    return `(await import([${file}][0]))[${JSON.stringify(module)}]`;
  });
  const imports = [...atStart].map((module) =>
    `\nimport * as ${startName(module)} from "${relativeTo(path, module)}";`
  );
  return { text: redirected + imports.join(""), late, atStart: [...atStart] };
}

/** What a module calls another that it imports at the start. */
function startName(module: string): string {
  return `start_${module.replaceAll(/\W/g, "_")}`;
}

/** The specifier of a module of the checkout in another one. */
function relativeTo(importer: string, module: string): string {
  return `./${"../".repeat(importer.split("/").length - 1)}${module}`;
}

/** The path in the checkout of what a module imports. */
export function moduleAt(specifier: string, importer: string): string {
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}

/** Whether a module is a command that is left to the layout `main`. */
function isLeftOut(
  importer: string,
  module: string,
  { name, sections }: Layout,
): boolean {
  return importer === COMMAND_TABLE && name !== MAIN &&
    sectionOf(module, sections) === REST;
}

/**
 * Spells the entry points of the sections, in TypeScript. Each imports the
 * layout's own entry, where it is loaded from: so all that the entry comes to is
 * reached from everywhere, and ends up in one file. Pure.
 *
 * @param late All modules that are imported late.
 * @returns The text of each section that has modules, by its file's name
 * without an extension.
 * @throws {Error} If a section names a module that is not imported late.
 */
export function sectionEntries(
  late: ReadonlySet<string>,
  { name, sections }: Layout,
): Map<string, string> {
  assertImported(Object.values(sections).flat(), late);
  const groups = Map.groupBy(
    [...late].sort(),
    (module) => sectionOf(module, sections),
  );
  return new Map(
    [...groups].sort(([one], [other]) => one < other ? -1 : 1)
      .map(([section, modules]) => [
        `${name}.${section}`,
        `import "./${name}.ts";\n${modules.map(exported).join("")}`,
      ]),
  );
}

/**
 * Finds what the lists above have too much.
 *
 * @throws {Error} If they name a module that is not imported in their way.
 */
export function assertImported(
  named: readonly string[],
  imported: ReadonlySet<string>,
): void {
  for (const module of named) {
    if (imported.has(module)) continue;
    throw new Error(`Nothing imports "${module}" of tools/build/sections.ts`);
  }
}

function exported(module: string): string {
  return `export * as ${JSON.stringify(module)} from "./${module}";\n`;
}

function sectionOf(module: string, sections: Sections): string {
  const found = Object.entries(sections)
    .find(([, modules]) => modules.includes(module));
  return found?.[0] ?? REST;
}
