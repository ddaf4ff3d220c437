/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type { DeviceCgroupRule } from "../../../../lib/oci/linux_resources.ts";
import {
  type DeviceAccess,
  deviceText,
  foldDeviceRules,
  isUnrestricted,
} from "../../../../lib/runtime/cgroups/device_rules.ts";
import { deviceFiles } from "../../../../lib/runtime/cgroups/v1/devices.ts";
import { deviceProgram } from "../../../../lib/runtime/cgroups/v2/devices.ts";
import {
  deviceRequests,
  DevicesController,
  isAllowed,
  isAllowedByLast,
} from "../../../support/device_requests.ts";
import {
  runDeviceProgram,
  unreachable,
} from "../../../support/ebpf_machine.ts";
import { Random } from "../../../support/random.ts";

/** Rules as text: `+` allows, `-` denies. */
function rules(...texts: string[]): DeviceCgroupRule[] {
  return texts.map((text) => {
    const [sign = "", type, numbers = "", access] = text.split(" ");
    const [major, minor] = numbers.split(":").map((number) =>
      number === "*" || number === "" ? undefined : Number(number)
    );
    return {
      allow: sign === "+",
      ...(type === "c" || type === "b" || type === "a" ? { type } : {}),
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
      ...(access === undefined ? {} : { access }),
    };
  });
}

function render({ default: verdict, exceptions }: DeviceAccess): string[] {
  return [verdict, ...exceptions.map(deviceText)];
}

const FOLDED: readonly (readonly [claim: string, string[], string[]])[] = [
  ["starts with everything allowed", [], ["allow"]],
  ["denies all without a type", ["-"], ["deny"]],
  ["ignores numbers and access of a rule for all", ["- a 1:3 r"], ["deny"]],
  ["starts over with a rule for all", ["-", "+ c 1:3", "- a"], ["deny"]],
  ["adds what is allowed", ["-", "+ c 1:3 rw"], ["deny", "c 1:3 rw"]],
  ["adds what is denied", ["- b 8:* w"], ["allow", "b 8:* w"]],
  ["takes absent numbers and access for all", ["-", "+ b"], [
    "deny",
    "b *:* rwm",
  ]],
  ["sorts and joins the letters", ["-", "+ c 1:3 mwm"], ["deny", "c 1:3 wm"]],
  ["merges the access of equal numbers", [
    "-",
    "+ c 1:3 m",
    "+ c 1:5 r",
    "+ c 1:3 r",
  ], ["deny", "c 1:3 rm", "c 1:5 r"]],
  ["keeps the types apart", ["-", "+ c 1:3 r", "+ b 1:3 r"], [
    "deny",
    "c 1:3 r",
    "b 1:3 r",
  ]],
  ["takes away what was allowed", ["-", "+ c 1:3 rwm", "- c 1:3 w"], [
    "deny",
    "c 1:3 rm",
  ]],
  ["drops an exception without access", ["-", "+ c 1:3 rw", "- c 1:3"], [
    "deny",
  ]],
  ["takes away what was denied", ["- c 1:3 rw", "+ c 1:3 w"], [
    "allow",
    "c 1:3 r",
  ]],
  ["lets a wider rule take narrower exceptions", [
    "-",
    "+ c 1:3 rw",
    "+ c 2:3 rw",
    "+ c *:3 m",
    "- c 1:* w",
  ], ["deny", "c 1:3 r", "c 2:3 rw", "c *:3 m"]],
  ["ignores what is denied already", ["-", "- c 10:229 rwm"], ["deny"]],
  ["ignores a part of another kind of access", [
    "-",
    "+ c *:* m",
    "- c 10:229 rw",
  ], ["deny", "c *:* m"]],
];

for (const [claim, texts, expected] of FOLDED) {
  Deno.test(`foldDeviceRules() ${claim}`, () => {
    assert.deepEqual(render(foldDeviceRules(rules(...texts))), expected);
  });
}

Deno.test("foldDeviceRules() takes -1 for any number, as docker writes it", () => {
  const rule = { allow: false, type: "c", major: -1, minor: -1 } as const;
  assert.deepEqual(render(foldDeviceRules([rule])), ["allow", "c *:* rwm"]);
});

const REFUSED: readonly (readonly [string[], pointer: string, RegExp])[] = [
  [
    ["-", "+ c *:* rwm", "- c 10:229 rw"],
    "/linux/resources/devices/2",
    /^Cannot deny "c 10:229 rw": an earlier rule allows "c \*:\* rwm"/,
  ],
  [
    ["- c 1:*", "+ c 1:3 r"],
    "/linux/resources/devices/1",
    /^Cannot allow "c 1:3 r": an earlier rule denies "c 1:\* rwm"/,
  ],
  // They cross: neither is wider.
  [["-", "+ c *:3", "- c 1:*"], "/linux/resources/devices/2", /"c 1:\* rwm"/],
  [["+ c 1:3 x"], "/linux/resources/devices/0/access", /access "x"/],
  [["+ c -2:3"], "/linux/resources/devices/0/major", /number "-2"/],
  [["+", "+ c 1:0.5"], "/linux/resources/devices/1/minor", /number "0.5"/],
  [["+ b 4294967295:0"], "/linux/resources/devices/0/major", /4294967294$/],
];

for (const [texts, pointer, message] of REFUSED) {
  Deno.test(`foldDeviceRules() refuses ${texts.join(", ")}`, () => {
    assert.throws(
      () => foldDeviceRules(rules(...texts)),
      (error: unknown) => {
        assert.ok(error instanceof SpecError);
        assert.equal(error.pointer, pointer);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

Deno.test("foldDeviceRules() refuses an empty access and an unknown type", () => {
  const wrong: readonly DeviceCgroupRule[] = [
    { allow: true, type: "c", access: "" },
    { allow: true, type: "p" as "c" },
  ];
  for (const rule of wrong) {
    assert.throws(() => foldDeviceRules([rule]), SpecError);
  }
});

Deno.test("isUnrestricted() is of everything only", () => {
  const cases: readonly (readonly [string[], boolean])[] = [
    [[], true],
    [["-", "+ a"], true],
    [["-"], false],
    [["- c 1:3"], false],
    [["- c 1:3 w", "+ c 1:3"], true],
    // All there is, but by exceptions.
    [["-", "+ c", "+ b"], false],
  ];
  for (const [texts, expected] of cases) {
    const access = foldDeviceRules(rules(...texts));
    assert.equal(isUnrestricted(access), expected, texts.join());
  }
});

/** Numbers that random rules are about; one that none is about. */
const NUMBERS = [1, 2] as const;
const OTHER = 0xffff_fffe;
const REQUESTS = deviceRequests([...NUMBERS, OTHER], [...NUMBERS, OTHER]);

function randomRules(random: Random): DeviceCgroupRule[] {
  const one = (): string => {
    const sign = random.pick(["+", "-"]);
    if (random.below(12) === 0) return sign;
    const type = random.pick(["c", "b"]);
    const numbers = [0, 1].map(() => random.pick(["*", "1", "2"])).join(":");
    const access = random.pick(["r", "w", "m", "rw", "wm", "rwm"]);
    return `${sign} ${type} ${numbers} ${access}`;
  };
  return rules(...Array.from({ length: 1 + random.below(7) }, one));
}

/** Where the kernel, given the rules one by one, lets the last word not count. */
function isDisobeyed(list: readonly DeviceCgroupRule[]): boolean {
  const controller = new DevicesController();
  for (const rule of list) controller.writeRule(rule);
  return REQUESTS.some((request) =>
    request.access.length === 1 &&
    controller.isAllowed(request) !== isAllowedByLast(list, request)
  );
}

Deno.test("2,000 random lists of rules come to the same by every way", () => {
  const random = new Random(3);
  const seen = { kernel: 0, wider: 0, refused: 0 };
  for (let round = 0; round < 2_000; round++) {
    const list = randomRules(random);
    const text = JSON.stringify(list);
    let access: DeviceAccess;
    try {
      access = foldDeviceRules(list);
    } catch (error) {
      assert.ok(error instanceof SpecError, text);
      const culprit = Number(error.pointer.split("/").at(-1));
      assert.ok(isDisobeyed(list.slice(0, culprit + 1)), text);
      seen.refused++;
      continue;
    }
    const obeyed = list.every((_, index) =>
      !isDisobeyed(list.slice(0, index + 1))
    );
    seen[obeyed ? "kernel" : "wider"]++;
    const raw = new DevicesController();
    for (const rule of list) raw.writeRule(rule);
    const v1 = new DevicesController();
    for (const { file, value } of deviceFiles(access)) v1.write(file, value);
    const v2 = deviceProgram(access);
    assert.deepEqual(unreachable(v2), [], text);
    for (const request of REQUESTS) {
      const expected = isAllowed(access, request);
      const what = `${JSON.stringify(request)} under ${text}`;
      assert.equal(v1.isAllowed(request), expected, `v1: ${what}`);
      assert.equal(runDeviceProgram(v2, request), expected, `v2: ${what}`);
      if (obeyed) assert.equal(raw.isAllowed(request), expected, what);
      if (request.access.length !== 1) continue;
      assert.equal(isAllowedByLast(list, request), expected, `last: ${what}`);
    }
  }
  for (const count of Object.values(seen)) {
    assert.ok(count > 100, `each kind is met: ${JSON.stringify(seen)}`);
  }
});
