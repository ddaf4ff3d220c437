/** @module */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import {
  type CommittedConfig,
  committedSettings,
} from "../../../../lib/engine/images/committed_settings.ts";
import { parseHealthCheck } from "../../../../lib/engine/health_options.ts";
import type { ImageSettings } from "../../../../lib/oci/image_spec.ts";

const CONFIG: CommittedConfig = {
  args: ["sh"],
  env: [],
  labels: {},
  stopSignal: SIGNALS.SIGTERM,
  user: "",
  volumes: [],
  workdir: "/",
};

const CHECKED: ImageSettings = {
  Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 5e9 },
};

/** The settings of a container that differs in this from the plainest one. */
function settings(
  changes: Partial<CommittedConfig>,
  image: ImageSettings = {},
): ImageSettings {
  return committedSettings({ ...CONFIG, ...changes }, image);
}

Deno.test("committedSettings() says no more than the container was told", () => {
  assert.deepEqual(settings({}), { Cmd: ["sh"] });
});

Deno.test("committedSettings() takes over what the container is run with", () => {
  assert.deepEqual(
    settings({
      args: ["/entry", "-x", "a", "b"],
      entrypoint: ["/entry", "-x"],
      env: ["A=1"],
      exposedPorts: ["80/tcp"],
      labels: { k: "v" },
      stopSignal: SIGNALS.SIGQUIT,
      user: "me:us",
      workdir: "/srv",
    }),
    {
      User: "me:us",
      ExposedPorts: ["80/tcp"],
      Env: ["A=1"],
      Entrypoint: ["/entry", "-x"],
      Cmd: ["a", "b"],
      WorkingDir: "/srv",
      Labels: { k: "v" },
      StopSignal: "SIGQUIT",
    },
  );
  const { Cmd } = settings({ args: ["/e"], entrypoint: ["/e"] });
  assert.equal(Cmd, undefined);
});

Deno.test("committedSettings() keeps what only images have", () => {
  const image = { Shell: ["/bin/ash", "-c"], OnBuild: ["RUN x"] };
  const { Cmd: _, ...rest } = settings({}, image);
  assert.deepEqual(rest, image);
});

Deno.test("committedSettings() keeps the image's spelling of what is the same", () => {
  const image = { StopSignal: "3", WorkingDir: "/app", ...CHECKED };
  const health = parseHealthCheck({
    noHealthcheck: false,
    imageSettings: CHECKED,
  });
  const same = settings({
    stopSignal: SIGNALS.SIGQUIT,
    workdir: "/app",
    ...(health && { health }),
  }, image);
  assert.deepEqual(same, { Cmd: ["sh"], ...image });
});

Deno.test("committedSettings() says what the user wanted otherwise", () => {
  const image = { StopSignal: "3", WorkingDir: "/app", ...CHECKED };
  const other = settings({}, image);
  assert.equal(other.StopSignal, "SIGTERM");
  assert.equal(other.WorkingDir, "/");
  assert.deepEqual(other.Healthcheck, { Test: ["NONE"] });
});

Deno.test("committedSettings() writes a check of the user's", () => {
  const health = parseHealthCheck({ noHealthcheck: false, healthCmd: "test" });
  const { Healthcheck } = settings(health === undefined ? {} : { health });
  assert.deepEqual(Healthcheck?.Test, ["CMD-SHELL", "test"]);
  assert.equal(Healthcheck?.Interval, 30e9);
});

Deno.test("committedSettings() has volumes without names, not those of the host", () => {
  const volume = (destination: string, kind: "anonymous" | "named") => ({
    source: "/s",
    destination,
    access: "rw" as const,
    create: "never" as const,
    volume: {
      name: "n",
      isAnonymous: kind === "anonymous",
      copyUp: "never" as const,
    },
  });
  const volumes = [
    volume("/b", "anonymous"),
    volume("/a", "anonymous"),
    volume("/named", "named"),
    {
      source: "/h",
      destination: "/host",
      access: "rw" as const,
      create: "never" as const,
    },
  ];
  const { Volumes } = settings({ volumes }, { Volumes: ["/b", "/i"] });
  assert.deepEqual(Volumes, ["/a", "/b", "/i"]);
});
