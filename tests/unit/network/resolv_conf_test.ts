/**
 * @module
 */
import assert from "node:assert/strict";
import {
  changedResolvConf,
  containerResolvConf,
  parseResolvConf,
} from "../../../lib/network/resolv_conf.ts";

const PLAIN = `# made by hand
search example.com corp.example.com
nameserver 192.0.2.53 ; the first
nameserver 2001:db8::53
options timeout:1
options attempts:2 trust-ad
`;

const STUB = `nameserver 127.0.0.53
options edns0 trust-ad
search lan
`;

const BEHIND_STUB = "nameserver 192.0.2.1\nsearch lan\n";

Deno.test("parseResolvConf() reads what resolv.conf(5) knows", () => {
  assert.deepEqual(parseResolvConf(PLAIN), {
    nameservers: ["192.0.2.53", "2001:db8::53"],
    search: ["example.com", "corp.example.com"],
    options: ["timeout:1", "attempts:2", "trust-ad"],
  });
  const odd = "domain a\nsearch b c\nnameserver\nsortlist 1.2.3.4\n\n  ";
  assert.deepEqual(parseResolvConf(odd), {
    nameservers: [],
    search: ["b", "c"],
    options: [],
  });
});

Deno.test("containerResolvConf() asks whom the host asks", () => {
  assert.deepEqual(containerResolvConf([PLAIN]), {
    text: "search example.com corp.example.com\nnameserver 192.0.2.53\n" +
      "nameserver 2001:db8::53\noptions timeout:1 attempts:2\n",
    source: "host",
  });
});

Deno.test("containerResolvConf() asks those behind a resolver on the loopback", () => {
  assert.deepEqual(containerResolvConf([STUB, BEHIND_STUB, undefined]), {
    text: "search lan\nnameserver 192.0.2.1\noptions edns0\n",
    source: "host",
  });
  const manager = "nameserver 192.0.2.2\n";
  assert.match(
    containerResolvConf([STUB, undefined, manager]).text,
    /^nameserver 192\.0\.2\.2$/m,
  );
});

Deno.test("containerResolvConf() leaves out whom no container reaches", () => {
  const text =
    "nameserver ::1\nnameserver fe80::1%eth0\nnameserver 127.1.2.3\n" +
    "nameserver 0.0.0.0\nnameserver 192.0.2.9\n";
  assert.equal(containerResolvConf([text]).text, "nameserver 192.0.2.9\n");
});

Deno.test("containerResolvConf() falls back to public servers, and says so", () => {
  const expected = {
    text: "nameserver 8.8.8.8\nnameserver 8.8.4.4\n",
    source: "public",
  };
  for (const files of [[], [undefined], [""], ["nameserver 127.0.0.1\n", ""]]) {
    assert.deepEqual(containerResolvConf(files), expected);
  }
});

Deno.test("containerResolvConf() does as it is asked, and no more", () => {
  assert.deepEqual(
    containerResolvConf([PLAIN], { nameservers: ["127.0.0.1"] }),
    {
      text: "search example.com corp.example.com\nnameserver 127.0.0.1\n" +
        "options timeout:1 attempts:2\n",
      source: "asked",
    },
  );
  const none = containerResolvConf([PLAIN], {
    search: ["."],
    options: ["ndots:2"],
  });
  assert.equal(
    none.text,
    "nameserver 192.0.2.53\nnameserver 2001:db8::53\noptions ndots:2\n",
  );
  const own = containerResolvConf([PLAIN], { search: ["a.example"] });
  assert.match(own.text, /^search a\.example$/m);
});

Deno.test("changedResolvConf() changes what is asked for, and nothing else", () => {
  const text = "# ours\nnameserver 127.0.0.53\nsearch a b\noptions trust-ad\n";
  assert.equal(changedResolvConf(text), text);
  assert.equal(
    changedResolvConf(text, { nameservers: ["10.0.0.1"] }),
    "search a b\nnameserver 10.0.0.1\noptions trust-ad\n",
  );
  assert.equal(
    changedResolvConf(text, { search: ["."], options: ["ndots:1"] }),
    "nameserver 127.0.0.53\noptions ndots:1\n",
  );
});
