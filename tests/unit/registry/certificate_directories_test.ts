/** @module */
import assert from "node:assert/strict";
import {
  findCertificates,
  withCertificates,
} from "../../../lib/registry/certificate_directories.ts";
import { endpointOf } from "../../../lib/registry/endpoint.ts";
import { parseRegistries } from "../../../lib/registry/registries.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** Makes directories with empty files. */
function make(path: string, files: readonly string[]): void {
  for (const file of files) {
    const name = `${path}/${file}`;
    Deno.mkdirSync(name.slice(0, name.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(name, "");
  }
}

Deno.test("findCertificates() finds authorities and one pair of ours", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  make(path, [
    "own/a.example:5000/own.crt",
    "docker/a.example:5000/ca.crt",
    "docker/a.example:5000/b.cert",
    "docker/a.example:5000/b.key",
    "docker/a.example:5000/client.cert",
    "docker/a.example:5000/client.key",
    "docker/a.example:5000/README",
    "docker/b.example:443/ca.crt",
  ]);
  const directories = [`${path}/own`, `${path}/docker`];
  const docker = `${path}/docker/a.example:5000`;
  assert.deepEqual(findCertificates(directories, "a.example:5000"), {
    ca: [`${path}/own/a.example:5000/own.crt`, `${docker}/ca.crt`],
    client: { cert: `${docker}/b.cert`, key: `${docker}/b.key` },
  });
  assert.equal(findCertificates(directories, "a.example"), undefined);
  assert.deepEqual(findCertificates(directories, "b.example"), {
    ca: [`${path}/docker/b.example:443/ca.crt`],
  });
});

Deno.test("findCertificates() refuses halves of a pair in docker's words", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  make(path, ["a.example/client.cert", "b.example/client.key"]);
  assert.throws(() => findCertificates([path], "a.example"), {
    name: "HostError",
    message: /: missing key client\.key for client certificate client\.cert$/,
    advice: "CA certificates must use the extension .crt",
  });
  assert.throws(() => findCertificates([path], "b.example"), {
    name: "HostError",
    message: /: missing client certificate client\.cert for key client\.key$/,
  });
});

Deno.test("withCertificates() decides by what protocol to speak", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  make(path, [
    "registry-1.docker.io/ca.crt",
    "localhost:5000/ca.crt",
    "localhost:6000/client.cert",
    "localhost:6000/client.key",
    "old.example/ca.crt",
    "near.example/more.crt",
  ]);
  const text = JSON.stringify({
    registries: {
      "old.example": { insecure: true },
      "near.example": { ca: "/ca.pem" },
    },
  });
  const registries = withCertificates(parseRegistries(text, "r.json"), [path]);
  const ways = {
    "docker.io": [["https"], ["registry-1.docker.io/ca.crt"]],
    "localhost:5000": [["https"], ["localhost:5000/ca.crt"]],
    "localhost:6000": [["unverified-https"], []],
    "localhost:7000": [["http", "unverified-https"], undefined],
    "old.example": [["unverified-https", "http"], ["old.example/ca.crt"]],
    "near.example": [["https"], ["/ca.pem", "near.example/more.crt"]],
    "far.example": [["https"], undefined],
  };
  for (const [registry, [protocols, ca]] of Object.entries(ways)) {
    const endpoint = endpointOf(registry, registries);
    assert.deepEqual(endpoint.protocols, protocols, registry);
    assert.deepEqual(
      endpoint.certificates?.ca.map((file) => file.replace(`${path}/`, "")),
      ca,
      registry,
    );
  }
  const { certificates } = endpointOf("localhost:6000", registries);
  assert.equal(certificates?.client?.key, `${path}/localhost:6000/client.key`);
});
