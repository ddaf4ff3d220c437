/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type ConfiguredPorts,
  configurePorts,
} from "../../../../lib/engine/networks/configure_ports.ts";

type Options = Parameters<typeof configurePorts>[0];

function configure(
  changes: Partial<Options>,
  ...imagePorts: string[]
): ConfiguredPorts {
  return configurePorts({
    publish: [],
    publishAll: false,
    expose: [],
    imageSettings: { ExposedPorts: imagePorts },
    ...changes,
  });
}

/** What `-p` is given, and what is written down. */
const PUBLICATIONS: readonly (readonly [readonly string[], string[]])[] = [
  [["80:80"], ["80:80/tcp"]],
  [["80"], [":80/tcp"]],
  [["0:80"], [":80/tcp"]],
  [["53:53/UDP"], ["53:53/udp"]],
  [["127.0.0.1::80", "[::1]:81:80"], [
    "127.0.0.1::80/tcp",
    "[::1]:81:80/tcp",
  ]],
  [["8000-8999:8000-8999"], ["8000-8999:8000-8999/tcp"]],
  [["8000-8010:80"], ["8000-8010:80/tcp"]],
  [["80:80", "80:80/tcp", "target=80,published=80"], ["80:80/tcp"]],
  [["80:80", "81:80"], ["80:80/tcp", "81:80/tcp"]],
];

for (const [publish, expected] of PUBLICATIONS) {
  Deno.test(`configurePorts() takes -p ${publish.join(" -p ")}`, () => {
    assert.deepEqual(configure({ publish }), {
      exposedPorts: [],
      publish: expected,
    });
  });
}

Deno.test("configurePorts() says nothing of ports that nobody asks for", () => {
  assert.deepEqual(configure({}), { exposedPorts: [] });
  assert.deepEqual(configure({ publishAll: true }), {
    exposedPorts: [],
    publishAll: true,
  });
});

Deno.test("configurePorts() exposes what the image does and the user", () => {
  const expose = ["80", "90-92/udp", "91/udp"];
  assert.deepEqual(configure({ expose }, "80/tcp", "443", "no port", "1:2"), {
    exposedPorts: ["80/tcp", "443/tcp", "90/udp", "91/udp", "92/udp"],
  });
});

Deno.test("configurePorts() publishes all that is exposed and is not yet", () => {
  const { publish, publishAll } = configure(
    {
      publish: ["8080:80", "9000-9001:90-91", "53:53/udp"],
      publishAll: true,
      expose: ["89-92", "53"],
    },
    "80/tcp",
    "443/tcp",
  );
  assert.deepEqual(publish, [
    "8080:80/tcp",
    "9000-9001:90-91/tcp",
    "53:53/udp",
    ":443/tcp",
    ":89/tcp",
    ":92/tcp",
    ":53/tcp",
  ]);
  assert.ok(publishAll);
});

Deno.test("configurePorts() tells which text is no port", () => {
  for (
    const text of ["", "x", "80:", "0", "65536", "80/icmp", "9-8", "1:2:3"]
  ) {
    assert.throws(() => configure({ publish: [text] }), {
      name: "UsageError",
      message: /^Invalid port "/,
    }, text);
  }
  for (const text of ["", "x", "80:80", "::80"]) {
    assert.throws(() => configure({ expose: [text] }), {
      name: "UsageError",
      message: /^Invalid port "/,
    }, text);
  }
});
