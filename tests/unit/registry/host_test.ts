import assert from "node:assert/strict";
import {
  credentialsKeyOf,
  hostOf,
  isLoopback,
  registryOf,
} from "../../../lib/registry/host.ts";
import { DEFAULT_REGISTRY } from "../../../lib/oci/reference.ts";

Deno.test("registryOf() reads whatever people and programs write", () => {
  const addresses = {
    "registry.example": "registry.example",
    "https://registry.example": "registry.example",
    "http://registry.example:5000/v1/": "registry.example:5000",
    "registry.example/team": "registry.example",
  };
  for (const [address, registry] of Object.entries(addresses)) {
    assert.equal(registryOf(address), registry, address);
  }
});

Deno.test("the default registry has one name for its three", () => {
  const others = [
    credentialsKeyOf(DEFAULT_REGISTRY),
    hostOf(DEFAULT_REGISTRY),
    DEFAULT_REGISTRY,
  ];
  for (const name of others) assert.equal(registryOf(name), DEFAULT_REGISTRY);
  assert.notEqual(hostOf(DEFAULT_REGISTRY), DEFAULT_REGISTRY);
  assert.equal(hostOf("a.example:1"), "a.example:1");
  assert.equal(credentialsKeyOf("a.example:1"), "a.example:1");
});

Deno.test("isLoopback() knows this machine, and nothing that only looks like it", () => {
  const loopback = [
    "localhost",
    "localhost:5000",
    "127.0.0.1:80",
    "127.9.9.9",
    "[::1]:5000",
  ];
  for (const host of loopback) assert.ok(isLoopback(host), host);
  const others = [
    "localhost.example",
    "127.0.0.1.example",
    "127.0.0",
    "128.0.0.1",
    "[::2]",
    "1270.0.0.1",
  ];
  for (const host of others) assert.ok(!isLoopback(host), host);
});
