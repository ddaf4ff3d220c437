/**
 * How tsdocker is cut into files: which of its late imports share one.
 *
 * A file that sections share has what any of them needs; so the commands that are
 * called most have layouts of their own, without the other commands. Those are
 * left to the layout `main`.
 *
 * @module
 */
import type { LayoutName } from "../../lib/runtime/launch/self_invocation.ts";
import type { Layout } from "./sections.ts";

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

/**
 * What a launch needs that does not go well. A monitor has it from the start: it
 * launches again at a time when the program's files may have been replaced.
 */
const FAILURES = [
  "lib/runtime/launch/exec_failure.ts",
  "lib/runtime/launch/reinvoke.ts",
];

/** What only a monitor needs whose container runs already. */
const ADOPTED = ["lib/runtime/adopted_process.ts"];

/** What only containers with volumes of the store need. */
const VOLUMES = ["lib/engine/volumes/create_with_volumes.ts"];

/** What only containers need whose health is checked. */
const HEALTH = [
  "lib/engine/containers/exec_check.ts",
  "lib/monitor/health.ts",
];

/** What only containers need that are connected to networks. */
const NETWORK = [
  "lib/engine/networks/connection.ts",
  "lib/engine/networks/release_networks.ts",
];

/** What only those need whose networks are not set up yet. */
const NETWORK_MEANS = ["lib/engine/networks/network_means.ts"];
const NEW_NETWORK = [
  "lib/engine/networks/create_network.ts",
  "lib/network/routed_subnets.ts",
];

/** What only containers with published ports need. */
const NETWORK_PORTS = ["lib/engine/networks/published_ports.ts"];

/** What tells how commands are called. */
const HELP = ["lib/cli/pages.ts"];

/** How tsdocker is cut in each layout. */
const CUTS: Readonly<Record<LayoutName, Omit<Layout, "name">>> = {
  run: {
    start: ["lib/cli/commands/run.ts", "lib/engine/containers/run.ts"],
    soon: "network",
    sections: {
      detached: [
        "lib/cli/commands/run_attached.ts",
        "lib/engine/containers/run_detached.ts",
      ],
      network: NETWORK,
      "network-means": [...NETWORK_MEANS, ...NEW_NETWORK],
      "network-ports": NETWORK_PORTS,
      seccomp: SECCOMP,
      unpack: [...UNPACK, ...VOLUMES],
      failures: FAILURES,
      help: HELP,
      ...ARCHIVES,
    },
  },
  // `run` that becomes a monitor; what only looks so is `run` all the same.
  detached: {
    start: [
      "lib/cli/commands/run.ts",
      "lib/engine/containers/run_as_monitor.ts",
      "lib/monitor/client.ts",
      ...FAILURES,
    ],
    soon: "network",
    sections: {
      foreground: [
        "lib/cli/commands/run_attached.ts",
        "lib/engine/containers/run.ts",
        "lib/engine/containers/run_detached.ts",
      ],
      adopted: ADOPTED,
      health: HEALTH,
      network: NETWORK,
      "network-means": [...NETWORK_MEANS, ...NEW_NETWORK],
      "network-ports": NETWORK_PORTS,
      seccomp: SECCOMP,
      unpack: [...UNPACK, ...VOLUMES],
      help: HELP,
      ...ARCHIVES,
    },
  },
  exec: {
    start: ["lib/cli/commands/exec.ts"],
    sections: { failures: FAILURES, help: HELP, seccomp: SECCOMP },
  },
  monitor: {
    start: ["lib/cli/commands/internal/monitor.ts", ...FAILURES],
    soon: "network",
    sections: {
      adopted: ADOPTED,
      health: HEALTH,
      network: NETWORK,
      "network-means": NETWORK_MEANS,
      "network-ports": NETWORK_PORTS,
      seccomp: SECCOMP,
    },
  },
  // All other commands, and what is called by other words.
  main: {
    start: [],
    sections: {
      help: [...HELP, "lib/cli/commands/help.ts"],
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
      failures: FAILURES,
      network: NETWORK,
      "network-means": [...NETWORK_MEANS, ...NEW_NETWORK],
      "network-ports": NETWORK_PORTS,
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
