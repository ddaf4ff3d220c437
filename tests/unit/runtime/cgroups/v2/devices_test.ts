/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../../lib/base/errors.ts";
import { DEFAULT_DEVICE_RULES } from "../../../../../lib/runtime/cgroups/default_device_rules.ts";
import {
  type DeviceAccess,
  type DeviceException,
  foldDeviceRules,
} from "../../../../../lib/runtime/cgroups/device_rules.ts";
import {
  attachProgramArguments,
  deviceProgram,
  loadProgramArguments,
} from "../../../../../lib/runtime/cgroups/v2/devices.ts";
import {
  type DeviceRequest,
  deviceRequests,
  isAllowed,
} from "../../../../support/device_requests.ts";
import {
  runDeviceProgram,
  unreachable,
} from "../../../../support/ebpf_machine.ts";

const DEFAULT = deviceProgram(foldDeviceRules(DEFAULT_DEVICE_RULES));

/** What the default rules answer. */
const ANSWERS: readonly (readonly [string, boolean])[] = [
  ["c 1:3 rw", true], // null
  ["c 1:3 rwm", true],
  ["c 5:2 rw", true], // ptmx
  ["c 136:0 rw", true], // a terminal
  ["c 136:1048575 rw", true],
  ["c 1:3 ", true], // a mere look
  ["c 1:1 r", false], // mem
  ["c 1:11 w", false], // kmsg
  ["c 1:1 ", true], // its node may be made, so it may be looked at
  ["c 10:200 rw", false], // tun
  ["c 10:229 rw", false], // fuse
  ["b 1:3 r", false], // a block device of an allowed device's numbers
  ["b 8:0 r", false],
  ["b 8:0 w", false],
  ["b 8:0 m", true],
  ["c 1:1 m", true],
  ["b 8:0 rm", false],
];

function request(text: string): DeviceRequest {
  const [type, numbers = "", access = ""] = text.split(" ");
  const [major = NaN, minor = NaN] = numbers.split(":").map(Number);
  return { type: type === "c" ? "c" : "b", major, minor, access };
}

for (const [text, expected] of ANSWERS) {
  Deno.test(`deviceProgram() by default ${expected ? "allows" : "refuses"} ${text}`, () => {
    assert.equal(runDeviceProgram(DEFAULT, request(text)), expected);
  });
}

const BIG = 0xffff_fffe;
const CASES: readonly DeviceAccess[] = [
  { default: "deny", exceptions: [] },
  { default: "allow", exceptions: [] },
  ...(["deny", "allow"] as const).flatMap((verdict) =>
    ["rwm", "rw", "r", "w", "m"].flatMap((access) =>
      ([
        ["*", "*"],
        [1, "*"],
        ["*", 3],
        [1, 3],
        [2 ** 31, 2 ** 31 + 1],
        [BIG, BIG],
      ] as const).map(([major, minor]): DeviceAccess => ({
        default: verdict,
        exceptions: [
          { type: "c", major, minor, access },
          { type: "b", major: 8, minor, access: "w" },
          { type: "c", major: 5, minor: 3, access: "r" },
        ],
      }))
    )
  ),
];

Deno.test("deviceProgram() answers as the state says, and has no dead code", () => {
  const majors = [0, 1, 2, 5, 8, 2 ** 31, BIG];
  const minors = [0, 1, 3, 2 ** 31 + 1, BIG];
  for (const access of CASES) {
    const program = deviceProgram(access);
    const text = JSON.stringify(access);
    assert.deepEqual(unreachable(program), [], text);
    for (const asked of deviceRequests(majors, minors)) {
      assert.equal(
        runDeviceProgram(program, asked),
        isAllowed(access, asked),
        `${JSON.stringify(asked)} under ${text}`,
      );
    }
  }
});

Deno.test("deviceProgram() refuses more exceptions than fit", () => {
  const access = (count: number): DeviceAccess => ({
    default: "deny",
    exceptions: Array.from({ length: count }, (_, minor): DeviceException => ({
      type: "c",
      major: 8,
      minor,
      access: "rw",
    })),
  });
  assert.ok(deviceProgram(access(800)).length > 0);
  assert.throws(() => deviceProgram(access(820)), SpecError);
});

Deno.test("loadProgramArguments() lays union bpf_attr out", () => {
  const program = deviceProgram({ default: "deny", exceptions: [] });
  const count = program.length / 8;
  assert.deepEqual(loadProgramArguments(program), [
    { value: 5, text: "BPF_PROG_LOAD" },
    {
      words: [
        { pair: [{ value: 15, text: "BPF_PROG_TYPE_CGROUP_DEVICE" }, count] },
        { bytes: program, text: `${count} instructions` },
        "MIT",
      ],
    },
    24,
  ]);
});

Deno.test("attachProgramArguments() ties the results of earlier steps", () => {
  const place = { cgroup: "container", program: "devices" };
  assert.deepEqual(attachProgramArguments(place), [
    { value: 8, text: "BPF_PROG_ATTACH" },
    {
      words: [
        { pair: [{ result: "container" }, { result: "devices" }] },
        {
          pair: [
            { value: 6, text: "BPF_CGROUP_DEVICE" },
            { value: 2, text: "BPF_F_ALLOW_MULTI" },
          ],
        },
      ],
    },
    16,
  ]);
});
