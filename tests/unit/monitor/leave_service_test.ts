/** @module */
import assert from "node:assert/strict";
import {
  hierarchiesToLeave,
  isInService,
} from "../../../lib/monitor/leave_service.ts";

const LEGACY = `12:pids:/system.slice/ci.service
11:cpu,cpuacct:/system.slice/ci.service
10:net_cls,memory:/system.slice/ci.service
9:freezer:/
1:name=systemd:/system.slice/ci.service
0::/system.slice/ci.service
`;

const CASES: readonly (readonly [string, boolean])[] = [
  ["0::/system.slice/web.service\n", true],
  ["0::/system.slice/web.service/delegated/worker\n", true],
  [LEGACY, true],
  ["0::/user.slice/user-0.slice/user@0.service/app.slice/x.service\n", true],
  ["0::/user.slice/user-0.slice/session-1.scope\n", false],
  ["0::/user.slice/user-0.slice/user@0.service/app.slice/a.scope\n", false],
  ["0::/user.slice/user-0.slice/user@0.service/app.slice\n", false],
  ["0::/\n", false],
  ["4:memory:/service\n0::/tsdocker/services\n", false],
  ["", false],
];

Deno.test("isInService() looks at the innermost unit", () => {
  for (const [text, expected] of CASES) {
    assert.equal(isInService(text), expected, text);
  }
});

Deno.test("hierarchiesToLeave() are those that end or limit a service", () => {
  const mounts = ["pids", "cpu,cpuacct", "net_cls,memory", "name=systemd"]
    .map((data) => ({ version: "v1", data }) as const);
  const v2 = { version: "v2", data: "" } as const;
  const left = hierarchiesToLeave(LEGACY, [...mounts, v2]);
  assert.deepEqual(left.map(({ data }) => data), [
    "pids",
    "net_cls,memory",
    "name=systemd",
    "",
  ]);
});

Deno.test("hierarchiesToLeave() are none at the root, or where it is not", () => {
  const v2 = { version: "v2", data: "" } as const;
  assert.deepEqual(hierarchiesToLeave("0::/\n", [v2]), []);
  assert.deepEqual(hierarchiesToLeave("3:memory:/a\n", [v2]), []);
});
