import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import {
  type DockerConfig,
  parseDockerConfig,
} from "../../../../lib/registry/credentials/docker_config.ts";
import { credentialsKeyOf } from "../../../../lib/registry/host.ts";

/** Reads a configuration given as a value. */
function parse(document: unknown): DockerConfig {
  return parseDockerConfig(JSON.stringify(document), "config.json");
}

const PAIR = { kind: "password", username: "me", password: "a:b" } as const;
const AUTH = btoa("me:a:b");

Deno.test("find() reads what docker and others write", () => {
  const config = parse({
    auths: {
      "a.example": { auth: AUTH },
      "https://b.example/v1/": { username: "me", password: "a:b" },
      "c.example:5000": { auth: "", identitytoken: "id" },
      "d.example": { registrytoken: "reg" },
      "e.example": {},
      [credentialsKeyOf("docker.io")]: { auth: btoa("me:a:b\0\0") },
    },
  });
  assert.deepEqual(config.find("a.example"), PAIR);
  assert.deepEqual(config.find("b.example"), PAIR);
  assert.deepEqual(config.find("c.example:5000"), {
    kind: "identity-token",
    token: "id",
  });
  assert.deepEqual(config.find("d.example"), {
    kind: "registry-token",
    token: "reg",
  });
  assert.equal(config.find("e.example"), undefined);
  assert.equal(config.find("c.example"), undefined);
  assert.deepEqual(config.find("docker.io"), PAIR);
});

Deno.test("an empty or missing configuration knows nobody", () => {
  for (const text of ["", "\n", "{}", '{"auths":null}']) {
    const config = parseDockerConfig(text, "config.json");
    assert.equal(config.find("a.example"), undefined);
    assert.equal(config.helperOf("a.example"), undefined);
    assert.equal(config.change("a.example", undefined), undefined);
  }
});

Deno.test("helperOf() prefers the registry's own helper to the common one", () => {
  const config = parse({
    credsStore: "common",
    credHelpers: { "a.example": "own", "b.example": "" },
  });
  assert.equal(config.helperOf("a.example"), "own");
  assert.equal(config.helperOf("b.example"), undefined);
  assert.equal(config.helperOf("c.example"), "common");
});

Deno.test("helperOf() takes no path for a helper", () => {
  for (const name of ["../x", "/bin/sh", "a b", "-x"]) {
    assert.throws(
      () => parse({ credsStore: name }).helperOf("a.example"),
      SpecError,
    );
  }
});

Deno.test("change() keeps all that it is not about", () => {
  const before = {
    HttpHeaders: { "X-Y": "z" },
    auths: {
      "https://a.example/v1/": { auth: AUTH },
      "b.example": { auth: "" },
    },
    psFormat: "table",
  };
  const added = parse(before).change("a.example", { ...PAIR, password: "new" });
  assert.deepEqual(JSON.parse(added ?? ""), {
    ...before,
    auths: { "b.example": { auth: "" }, "a.example": { auth: btoa("me:new") } },
  });
  const removed = parse(before).change("a.example", undefined);
  assert.deepEqual(JSON.parse(removed ?? ""), {
    ...before,
    auths: { "b.example": { auth: "" } },
  });
});

Deno.test("what change() writes, find() reads", () => {
  const all = [
    PAIR,
    { kind: "identity-token", token: "id" },
    { kind: "registry-token", token: "reg" },
  ] as const;
  for (const credentials of all) {
    for (const registry of ["docker.io", "a.example:5000"]) {
      const text = parse({}).change(registry, credentials) ?? "";
      const config = parseDockerConfig(text, "config.json");
      assert.deepEqual(config.find(registry), credentials);
    }
  }
});

Deno.test("what is wrong is said without quoting secrets", () => {
  const texts = [
    '{"auths":{"a.example":{"auth":"aHVudGVyMg==" ',
    '{"auths":{"a.example":{"auth":"aHVudGVyMg=="}}}',
    '{"auths":{"a.example":{"auth":["aHVudGVyMg=="]}}}',
    '{"auths":{"a.example":{"auth":"aHVudGVyMg==%"}}}',
  ];
  for (const text of texts) {
    assert.throws(
      () => parseDockerConfig(text, "config.json").find("a.example"),
      (error: Error) => {
        assert.ok(error instanceof SpecError, text);
        assert.match(error.message, /^Cannot use "config.json": /);
        assert.doesNotMatch(`${error.stack} ${error.cause}`, /aHVud|hunter/);
        return true;
      },
    );
  }
});
