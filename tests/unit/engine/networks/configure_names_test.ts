/**
 * @module
 */
import assert from "node:assert/strict";
import { configureNames } from "../../../../lib/engine/networks/configure_names.ts";
import { containerResolvConf } from "../../../../lib/network/resolv_conf.ts";

type Options = Parameters<typeof configureNames>[0];

const NOTHING: Options = {
  dns: [],
  dnsSearch: [],
  dnsOptions: [],
  addHosts: [],
};

function configure(
  changes: Partial<Options>,
): ReturnType<typeof configureNames> {
  return configureNames({ ...NOTHING, ...changes });
}

Deno.test("configureNames() says nothing of what is not asked for", () => {
  assert.deepEqual(configure({}), {});
  assert.deepEqual(configure({ dnsSearch: ["."] }), { dns: { search: ["."] } });
});

Deno.test("configureNames() takes servers, domains, options and hosts", () => {
  assert.deepEqual(
    configure({
      dns: ["1.1.1.1", "FD00:0::1", "127.0.0.53"],
      dnsSearch: ["example.org", "a", "_tcp.example.", "."],
      dnsOptions: ["ndots:2", "use-vc"],
      addHosts: ["db=10.0.0.5", "v6:[fd00:0::5]", "host:host-gateway"],
    }),
    {
      dns: {
        servers: ["1.1.1.1", "fd00::1", "127.0.0.53"],
        search: ["example.org", "a", "_tcp.example.", "."],
        options: ["ndots:2", "use-vc"],
      },
      extraHosts: ["db:10.0.0.5", "v6:fd00::5", "host:host-gateway"],
    },
  );
});

Deno.test("configureNames() makes what a resolv.conf is made of", () => {
  const { dns } = configure({
    dns: ["1.1.1.1"],
    dnsSearch: ["example.org"],
    dnsOptions: ["ndots:2"],
  });
  assert.ok(dns?.servers);
  const { text } = containerResolvConf(["nameserver 9.9.9.9\n"], {
    ...dns,
    nameservers: dns.servers,
  });
  assert.equal(
    text,
    "search example.org\nnameserver 1.1.1.1\noptions ndots:2\n",
  );
});

const REFUSALS: readonly (readonly [Partial<Options>, string])[] = [
  [
    { dns: ["1.1.1"] },
    'invalid argument "1.1.1" for "--dns" flag: IP address is not correctly formatted: 1.1.1',
  ],
  [
    { dns: ["1.1.1.1", ""] },
    'invalid argument "" for "--dns" flag: IP address is not correctly formatted: ',
  ],
  [
    { dnsSearch: ["a b"] },
    'invalid argument "a b" for "--dns-search" flag: a b is not a valid domain',
  ],
  [
    { dnsSearch: ["a..b"] },
    'invalid argument "a..b" for "--dns-search" flag: a..b is not a valid domain',
  ],
  [
    { dnsOptions: ["a\nnameserver 6.6.6.6"] },
    'invalid argument "a\nnameserver 6.6.6.6" for "--dns-option" flag: it is empty, or not one word',
  ],
  [
    { dnsOptions: [""] },
    'invalid argument "" for "--dns-option" flag: it is empty, or not one word',
  ],
  [
    { addHosts: ["db"] },
    'invalid argument "db" for "--add-host" flag: bad format for add-host: "db"',
  ],
  [
    { addHosts: ["db:x"] },
    'invalid argument "db:x" for "--add-host" flag: bad format for add-host: "db:x"',
  ],
];

for (const [changes, message] of REFUSALS) {
  Deno.test(`configureNames() refuses ${JSON.stringify(changes)}`, () => {
    assert.throws(() => configure(changes), { name: "UsageError", message });
  });
}
