/**
 * From `linux.resources` to the files of this host's hierarchies: each
 * controller in the version it has here.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Control groups"
 */
import { HostError } from "../../base/errors.ts";
import type {
  DeviceCgroupRule,
  LinuxBlockIO,
  LinuxResources,
} from "../../oci/linux_resources.ts";
import { type DeviceAccess, foldDeviceRules } from "./device_rules.ts";
import type { CgroupFile, Controller, Hierarchy } from "./hierarchy.ts";
import {
  type CgroupSurvey,
  hierarchyOf,
  type SurveyedHierarchy,
} from "./survey.ts";
import * as blockIoV1 from "./v1/block_io.ts";
import * as cpuV1 from "./v1/cpu.ts";
import * as cpusetV1 from "./v1/cpuset.ts";
import { deviceFiles } from "./v1/devices.ts";
import * as memoryV1 from "./v1/memory.ts";
import * as pidsV1 from "./v1/pids.ts";
import * as blockIoV2 from "./v2/block_io.ts";
import * as cpuV2 from "./v2/cpu.ts";
import * as cpusetV2 from "./v2/cpuset.ts";
import * as memoryV2 from "./v2/memory.ts";
import * as pidsV2 from "./v2/pids.ts";

/** What limits one kind of thing, in each version. */
interface Converter<T> {
  /** Its names; the first is the one to complain of. */
  readonly controllers: readonly [Controller, ...Controller[]];
  v1(limits: T): CgroupFile[];
  v2(limits: T, hierarchy: SurveyedHierarchy): CgroupFile[];
}

/**
 * The values to write, in order, but for the device program of cgroup v2.
 *
 * @param resources What to limit; {@linkcode discardLimits} has taken out what
 * this host cannot.
 * @throws {SpecError} If a value is wrong by itself.
 * @throws {HostError} If no hierarchy has the controller for a limit.
 */
export function resourceFiles(
  resources: LinuxResources,
  survey: CgroupSurvey,
): CgroupFile[] {
  const { memory, cpu, pids, blockIO, devices } = resources;
  return [
    ...convert(memory, survey, {
      controllers: ["memory"],
      v1: memoryV1.memoryFiles,
      v2: memoryV2.memoryFiles,
    }),
    ...convert(cpu, survey, {
      controllers: ["cpu"],
      v1: cpuV1.cpuFiles,
      v2: cpuV2.cpuFiles,
    }),
    ...convert(cpu, survey, {
      controllers: ["cpuset"],
      v1: cpusetV1.cpusetFiles,
      v2: cpusetV2.cpusetFiles,
    }),
    ...convert(pids, survey, {
      controllers: ["pids"],
      v1: pidsV1.pidsFiles,
      v2: pidsV2.pidsFiles,
    }),
    ...convert(blockIO, survey, {
      controllers: ["blkio", "io"],
      v1: blockIoV1.blockIoFiles,
      v2: blockIoFilesOfV2,
    }),
    ...(devices !== undefined && judgesDevices(survey) === "files"
      ? deviceFiles(foldDeviceRules(devices))
      : []),
  ];
}

/** What can be told of a host from its mount table alone; a survey is one. */
export interface CgroupsOfHost {
  readonly hierarchies: readonly Pick<Hierarchy, "version" | "controllers">[];
}

/**
 * What judges access to devices here: the files of v1, a program of v2, or
 * nothing. With nothing, who may make device nodes may use any device.
 */
export function judgesDevices(
  { hierarchies }: CgroupsOfHost,
): "files" | "program" | "nothing" {
  if (hierarchies.some(({ controllers }) => controllers.includes("devices"))) {
    return "files";
  }
  return hierarchies.some(({ version }) => version === "v2")
    ? "program"
    : "nothing";
}

/**
 * What a program of cgroup v2 has to enforce.
 *
 * @returns `undefined` if files do it, or nothing is to be enforced.
 * @throws {SpecError} If a rule is wrong by itself.
 */
export function deviceAccessOfProgram(
  rules: readonly DeviceCgroupRule[] | undefined,
  survey: CgroupSurvey,
): DeviceAccess | undefined {
  if (rules === undefined || judgesDevices(survey) !== "program") {
    return undefined;
  }
  return foldDeviceRules(rules);
}

function convert<T>(
  limits: T | undefined,
  survey: CgroupSurvey,
  { controllers, v1, v2 }: Converter<T>,
): CgroupFile[] {
  if (limits === undefined) return [];
  const hierarchy = hierarchyOf(survey, ...controllers);
  if (hierarchy?.version === "v1") return v1(limits);
  if (hierarchy?.version === "v2") return v2(limits, hierarchy);
  // An object may have limits of another controller only.
  if (v1(limits).length === 0) return [];
  throw new HostError(
    `Cannot limit the container: this host has no cgroups with the controller "${
      controllers[0]
    }"`,
    { advice: "tsdocker doctor" },
  );
}

/** Which file has the weight depends on what schedules a device, so both. */
function blockIoFilesOfV2(
  blockIO: LinuxBlockIO,
  hierarchy: SurveyedHierarchy,
): CgroupFile[] {
  const { weight, ...throttles } = blockIO;
  if (weight === undefined) return blockIoV2.blockIoFiles(throttles);
  const names = (["io.weight", "io.bfq.weight"] as const)
    .filter((file) => !hierarchy.lacks(file));
  return [
    ...names.flatMap((name) => blockIoV2.blockIoFiles({ weight }, name)),
    ...blockIoV2.blockIoFiles(throttles),
  ];
}
