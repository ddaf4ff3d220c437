/**
 * `Config` of inspected containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../../../ffi/constants/signal.ts";
import { inspectProgram } from "../../../../lib/engine/inspection/program.ts";
import {
  connectedConfig,
  endpointConfig,
} from "../../../support/container_networks.ts";
import { containerConfig } from "../../../support/run_options.ts";

const TIMING = {
  intervalMs: 1000,
  timeoutMs: 2000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 500,
};

Deno.test("inspectProgram() tells what runs", () => {
  const config = inspectProgram(containerConfig({
    args: ["sh", "-c", "true"],
    workdir: "/w",
    user: "1:2",
    interactive: true,
    labels: { a: "1" },
    stopSignal: SIGNALS.SIGINT,
    stopTimeoutS: -1,
    timeoutS: 9,
  }));
  assert.deepEqual(config.Cmd, ["sh", "-c", "true"]);
  assert.deepEqual(config.Labels, new Map([["a", "1"]]));
  const { WorkingDir, User, OpenStdin, StopSignal, StopTimeout, Timeout } =
    config;
  assert.deepEqual(
    [WorkingDir, User, OpenStdin, StopSignal, StopTimeout, Timeout],
    ["/w", "1:2", true, "SIGINT", -1, 9],
  );
});

Deno.test("inspectProgram() tells whose end of input is the container's", () => {
  const [input, detached] = [{ interactive: true }, { stdinOnce: false }];
  const once = [input, { ...input, ...detached }, {}].map((config) =>
    inspectProgram(containerConfig(config)).StdinOnce
  );
  assert.deepEqual(once, [true, false, false]);
});

const PATH =
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

Deno.test("inspectProgram() tells the path programs are looked up in", () => {
  const env = (env: string[], unsetEnv: string[] = []): readonly string[] =>
    inspectProgram(containerConfig({ env, unsetEnv })).Env;
  assert.deepEqual(env(["A=1"]), ["A=1", PATH]);
  assert.deepEqual(env(["PATH=/bin", "A=1"]), ["PATH=/bin", "A=1"]);
  assert.deepEqual(env([], ["PATH"]), []);
});

Deno.test("inspectProgram() tells checks of health as docker does", () => {
  const check = (...test: [string, ...string[]]): unknown =>
    inspectProgram(containerConfig({ health: { test, ...TIMING } }))
      .Healthcheck;
  const times = {
    Interval: 1e9,
    Timeout: 2e9,
    StartPeriod: 0,
    StartInterval: 5e8,
    Retries: 3,
  };
  assert.deepEqual(check("/bin/sh", "-c", "test -f /ok"), {
    Test: ["CMD-SHELL", "test -f /ok"],
    ...times,
  });
  assert.deepEqual(check("/check"), { Test: ["CMD", "/check"], ...times });
  assert.equal(inspectProgram(containerConfig()).Healthcheck, undefined);
});

Deno.test("inspectProgram() has the ports there are as a set", () => {
  const config = containerConfig({
    exposedPorts: ["80/tcp", "53/udp"],
    publish: ["8443-8444:443-444/tcp", "80:80/tcp"],
  });
  assert.deepEqual(
    [...inspectProgram(config).ExposedPorts ?? []],
    ["53/udp", "80/tcp", "443/tcp", "444/tcp"].map((name) => [name, {}]),
  );
  assert.equal(inspectProgram(containerConfig()).ExposedPorts, undefined);
});

Deno.test("inspectProgram() has the hardware address that was asked for", () => {
  const macAddress = "02:00:00:00:00:01";
  const config = connectedConfig({
    networks: [endpointConfig({ macAddress })],
  });
  assert.equal(inspectProgram(config).MacAddress, macAddress);
  assert.equal(inspectProgram(connectedConfig()).MacAddress, undefined);
});
