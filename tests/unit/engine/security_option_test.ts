/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseSecurityOptions,
  type SecurityChoices,
} from "../../../lib/engine/security_option.ts";

const NONE: SecurityChoices = { noNewPrivileges: false };

const MEANINGS: readonly (readonly [string, Partial<SecurityChoices>])[] = [
  ["no-new-privileges", { noNewPrivileges: true }],
  ["no-new-privileges=true", { noNewPrivileges: true }],
  ["no-new-privileges:true", { noNewPrivileges: true }],
  ["no-new-privileges:false", { noNewPrivileges: false }],
  ["no-new-privileges=0", { noNewPrivileges: false }],
  ["seccomp=unconfined", { seccomp: "unconfined" }],
  ["seccomp:unconfined", { seccomp: "unconfined" }],
  ["seccomp=builtin", { seccomp: "default" }],
  ["seccomp=default", { seccomp: "default" }],
  ["seccomp=/etc/p.json", { seccomp: { file: "/etc/p.json" } }],
  ["seccomp=a=b:c", { seccomp: { file: "a=b:c" } }],
  ["systempaths=unconfined", { systemPaths: "unconfined" }],
  ["apparmor=docker-default", { apparmor: "docker-default" }],
  ["apparmor:unconfined", { apparmor: "unconfined" }],
  ["apparmor=a:b=c", { apparmor: "a:b=c" }],
  ["label=disable", {}],
  ["label:disable", {}],
];

for (const [text, choices] of MEANINGS) {
  Deno.test(`parseSecurityOptions() understands "${text}"`, () => {
    assert.deepEqual(parseSecurityOptions([text]), { ...NONE, ...choices });
  });
}

Deno.test("parseSecurityOptions() lets the last of a name count", () => {
  assert.deepEqual(parseSecurityOptions([]), NONE);
  assert.deepEqual(
    parseSecurityOptions([
      "seccomp=/a",
      "no-new-privileges",
      "seccomp=unconfined",
      "apparmor=x",
      "no-new-privileges=false",
    ]),
    { noNewPrivileges: false, seccomp: "unconfined", apparmor: "x" },
  );
});

const REFUSALS: readonly (readonly [string, string])[] = [
  ["", 'Invalid --security-opt: ""'],
  ["x", 'Invalid --security-opt: "x"'],
  ["disable", 'Invalid --security-opt: "disable"'],
  ["seccomp", 'Invalid --security-opt: "seccomp"'],
  ["seccomp=", 'Invalid --security-opt: "seccomp="'],
  ["=unconfined", 'Invalid --security-opt: "=unconfined"'],
  ["systempaths", 'Invalid --security-opt: "systempaths"'],
  ["x=y", 'invalid --security-opt 2: "x=y"'],
  ["systempaths=x", 'invalid --security-opt 2: "systempaths=x"'],
  ["no-new-privileges=x", 'invalid --security-opt 2: "no-new-privileges=x"'],
  ["apparmor=a b", 'invalid --security-opt 2: "apparmor=a b"'],
  ["apparmor=a\nb", 'invalid --security-opt 2: "apparmor=a\nb"'],
  [
    "label=type:svirt_t",
    'Cannot set the label "type:svirt_t": SELinux is not supported',
  ],
];

for (const [text, message] of REFUSALS) {
  Deno.test(`parseSecurityOptions() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseSecurityOptions([text]), {
      name: "UsageError",
      message,
    });
  });
}
