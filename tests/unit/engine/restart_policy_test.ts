/**
 * @module
 */
import assert from "node:assert/strict";
import {
  formatRestartPolicy,
  parseRestartPolicy,
} from "../../../lib/engine/restart_policy.ts";

Deno.test("parseRestartPolicy() reads each policy, formatRestartPolicy() writes it", () => {
  const texts = [
    "no",
    "always",
    "unless-stopped",
    "on-failure",
    "on-failure:1",
    "on-failure:100",
  ];
  for (const text of texts) {
    assert.equal(formatRestartPolicy(parseRestartPolicy(text)), text);
  }
});

Deno.test("parseRestartPolicy() takes nothing for no, and no count for any", () => {
  const no = { name: "no", maximumRetryCount: 0 };
  assert.deepEqual(parseRestartPolicy(""), no);
  assert.deepEqual(parseRestartPolicy("no:0"), no);
  assert.deepEqual(parseRestartPolicy("on-failure:0"), {
    name: "on-failure",
    maximumRetryCount: 0,
  });
});

const REFUSALS: readonly (readonly [string, string])[] = [
  [
    "sometimes",
    "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
  ],
  [
    "toString",
    "invalid restart policy: unknown policy 'toString'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
  ],
  [
    "always:3",
    "invalid restart policy: maximum retry count can only be used with 'on-failure'",
  ],
  [
    "on-failure:-1",
    "invalid restart policy: maximum retry count cannot be negative",
  ],
  [
    ":3",
    "invalid restart policy format: no policy provided before colon",
  ],
  ...["on-failure:", "on-failure:x", "on-failure:1:2", "on-failure:1.5"].map((
    text,
  ) =>
    [
      text,
      "invalid restart policy format: maximum retry count must be an integer",
    ] as const
  ),
];

for (const [text, message] of REFUSALS) {
  Deno.test(`parseRestartPolicy() refuses "${text}"`, () => {
    assert.throws(() => parseRestartPolicy(text), {
      name: "UsageError",
      message,
    });
  });
}
