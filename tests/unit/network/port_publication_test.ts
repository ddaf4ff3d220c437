/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  formatHostAddress,
  formatPorts,
  parseExposedPorts,
  parsePublication,
} from "../../../lib/network/port_publication.ts";

/** As `ADDRESS HOST CONTAINER PROTOCOL`, with `-` for what is absent. */
function summary(text: string): string {
  const { hostAddress, hostPorts, containerPorts, protocol } = parsePublication(
    text,
  );
  return [
    hostAddress === undefined ? "-" : formatHostAddress(hostAddress),
    hostPorts === undefined ? "-" : formatPorts(hostPorts),
    formatPorts(containerPorts),
    protocol,
  ].join(" ");
}

const FORMS: readonly (readonly [string, string])[] = [
  ["80", "- - 80 tcp"],
  ["80/udp", "- - 80 udp"],
  ["80/SCTP", "- - 80 sctp"],
  ["8080:80", "- 8080 80 tcp"],
  ["8080:80/tcp", "- 8080 80 tcp"],
  [":80", "- - 80 tcp"],
  ["0:80", "- - 80 tcp"],
  ["127.0.0.1:8080:80", "127.0.0.1 8080 80 tcp"],
  ["127.0.0.1::80", "127.0.0.1 - 80 tcp"],
  ["127.0.0.1:0:80/udp", "127.0.0.1 - 80 udp"],
  ["0.0.0.0:8080:80", "0.0.0.0 8080 80 tcp"],
  ["[::1]:8080:80", "[::1] 8080 80 tcp"],
  ["[fd00::5]::80/udp", "[fd00::5] - 80 udp"],
  ["[::]:8080:80", "[::] 8080 80 tcp"],
  ["::1:8080:80", "[::1] 8080 80 tcp"],
  ["8000-8010:9000-9010", "- 8000-8010 9000-9010 tcp"],
  ["127.0.0.1:8000-8010:9000-9010/udp", "127.0.0.1 8000-8010 9000-9010 udp"],
  ["8000-8010:80", "- 8000-8010 80 tcp"],
  ["3000-3005", "- - 3000-3005 tcp"],
  ["1-65535:1-65535", "- 1-65535 1-65535 tcp"],
  ["target=80,published=8080", "- 8080 80 tcp"],
  ["target=80,protocol=udp", "- - 80 udp"],
  ["published=8080,target=80,mode=host", "- 8080 80 tcp"],
];

for (const [text, expected] of FORMS) {
  Deno.test(`parsePublication() reads ${text}`, () => {
    assert.equal(summary(text), expected);
  });
}

const MALFORMED: readonly (readonly [string, RegExp])[] = [
  ["", /^Invalid port "": it has no port of the container/],
  ["8080:", /no port of the container/],
  ["x", /"x" is no port of the container/],
  ["0", /"0" is no port of the container/],
  ["65536", /"65536" is no port/],
  ["8080:65536", /"65536" is no port of the container/],
  ["x:80", /"x" is no port of the host/],
  ["80-70", /"80-70" is no port/],
  ["80/icmp", /"icmp" is none of tcp, udp, sctp/],
  ["80/tcp/udp", /more than one protocol/],
  ["8000-8010:80-85", /ranges have different lengths/],
  ["8000:80-85", /ranges have different lengths/],
  ["300.0.0.1:80:80", /"300.0.0.1" is no IP address/],
  ["host:80:80", /"host" is no IP address/],
  ["[]:80:80", /no address in brackets/],
  ["1:2:3:4", /"1:2" is no IP address/],
  ["published=80", /it has no target/],
  ["target=80,colour=red", /"colour=red" is no option of a port/],
];

for (const [text, message] of MALFORMED) {
  Deno.test(`parsePublication() refuses "${text}"`, () => {
    assert.throws(
      () => parsePublication(text),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  });
}

Deno.test("parseExposedPorts() takes the container's side alone", () => {
  assert.deepEqual(parseExposedPorts("80-81/udp"), {
    protocol: "udp",
    containerPorts: { first: 80, last: 81 },
  });
  for (const text of ["8080:80", ":80", "127.0.0.1::80"]) {
    assert.throws(() => parseExposedPorts(text), /names a port of the host/);
  }
  assert.throws(() => parseExposedPorts("http"), {
    name: "UsageError",
    message: 'Invalid port "http": "http" is no port of the container',
    advice: "write PORT[-LAST][/PROTOCOL], as in 80 or 53/udp",
  });
});
