import assert from "node:assert/strict";
import { endpointOf, endpointsOf } from "../../../lib/registry/endpoint.ts";
import { hostOf } from "../../../lib/registry/host.ts";
import { wayTo } from "../../../lib/registry/reach.ts";
import { parseRegistries } from "../../../lib/registry/registries.ts";

const REGISTRIES = parseRegistries(
  JSON.stringify({
    registries: {
      "docker.io": { mirrors: ["near.example/hub", "localhost:5000"] },
      "near.example": { ca: "/ca.pem" },
      "old.example": { insecure: true },
      "localhost:6000": { ca: "/own.pem" },
    },
  }),
  "registries.json",
);

Deno.test("endpointsOf() names the mirrors first, each as it is set up itself", () => {
  assert.deepEqual(endpointsOf("docker.io", REGISTRIES), [
    {
      registry: "near.example",
      host: "near.example",
      prefix: "hub/",
      protocols: ["https"],
      certificates: { ca: ["/ca.pem"] },
    },
    {
      registry: "localhost:5000",
      host: "localhost:5000",
      prefix: "",
      protocols: ["http", "unverified-https"],
    },
    {
      registry: "docker.io",
      host: hostOf("docker.io"),
      prefix: "",
      protocols: ["https"],
    },
  ]);
});

Deno.test("endpointOf() speaks plain HTTP only where that was allowed", () => {
  const protocols = {
    "any.example": ["https"],
    "old.example": ["unverified-https", "http"],
    "localhost:6000": ["https"],
    "127.0.0.1:5000": ["http", "unverified-https"],
  };
  for (const [registry, expected] of Object.entries(protocols)) {
    assert.deepEqual(endpointOf(registry, REGISTRIES).protocols, expected);
  }
});

Deno.test("wayTo() verifies whoever an address leads to, unless it is set up otherwise", () => {
  const ways = {
    "https://cdn.example/x": { protocol: "https" },
    "https://old.example/x": { protocol: "unverified-https" },
    "https://near.example/x": {
      protocol: "https",
      certificates: { ca: ["/ca.pem"] },
    },
    "http://any.example/x": { protocol: "http" },
  };
  for (const [address, expected] of Object.entries(ways)) {
    assert.deepEqual(wayTo(new URL(address), REGISTRIES), expected, address);
  }
});
