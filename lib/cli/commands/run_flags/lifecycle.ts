/**
 * The flags of `run` that say how a container lives once it is started.
 *
 * @module
 */
import type { FlagTable } from "../../flag.ts";

const LIFE = "Life of the container";
const HEALTH = "Health checks";

/** By the names that `LifecycleOptions` gives them. */
export const LIFECYCLE_FLAGS = {
  restart: {
    type: "string",
    long: "restart",
    placeholder: "policy",
    section: LIFE,
    description:
      "When to start it again: no (default), on-failure[:N], always or unless-stopped",
  },
  stopSignal: {
    type: "string",
    long: "stop-signal",
    placeholder: "signal",
    section: LIFE,
    description: "What stop sends first (default SIGTERM)",
  },
  stopTimeout: {
    type: "number",
    long: "stop-timeout",
    placeholder: "seconds",
    section: LIFE,
    description:
      "How long stop waits before it kills; -1 for ever (default 10)",
  },
  timeout: {
    type: "number",
    long: "timeout",
    placeholder: "seconds",
    section: LIFE,
    description: "End it after this long; 0 never",
  },
  labels: {
    type: "list",
    long: "label",
    short: "l",
    section: LIFE,
    description: "Note something about it: KEY[=VALUE]",
  },
  labelFile: {
    type: "list",
    long: "label-file",
    section: LIFE,
    description: "Note the labels in a file, one a line",
  },
  logDriver: {
    type: "string",
    long: "log-driver",
    placeholder: "driver",
    section: LIFE,
    description: "Where its output is kept: json-file (default) or none",
  },
  logOpts: {
    type: "list",
    long: "log-opt",
    section: LIFE,
    description: "Bound its log: max-size=SIZE (10m), max-file=N (3)",
  },
  volumesFrom: {
    type: "list",
    long: "volumes-from",
    section: LIFE,
    description: "Show it the volumes of another container: NAME[:ro|rw]",
  },
  replace: {
    type: "boolean",
    long: "replace",
    section: LIFE,
    description: "Remove the container that has the name, running or not",
  },
  healthCmd: {
    type: "string",
    long: "health-cmd",
    placeholder: "command",
    section: HEALTH,
    description: "Check with this command line; status 0 is healthy",
  },
  healthInterval: {
    type: "string",
    long: "health-interval",
    placeholder: "duration",
    section: HEALTH,
    description: "Time between checks (default 30s)",
  },
  healthTimeout: {
    type: "string",
    long: "health-timeout",
    placeholder: "duration",
    section: HEALTH,
    description: "Longest time a check may take (default 30s)",
  },
  healthRetries: {
    type: "number",
    long: "health-retries",
    section: HEALTH,
    description: "Failures in a row that make it unhealthy (default 3)",
  },
  healthStartPeriod: {
    type: "string",
    long: "health-start-period",
    placeholder: "duration",
    section: HEALTH,
    description: "Time after the start in which failures do not count",
  },
  healthStartInterval: {
    type: "string",
    long: "health-start-interval",
    placeholder: "duration",
    section: HEALTH,
    description: "Time between checks in the start period (default 5s)",
  },
  noHealthcheck: {
    type: "boolean",
    long: "no-healthcheck",
    section: HEALTH,
    description: "Do not check its health",
  },
} as const satisfies FlagTable;
