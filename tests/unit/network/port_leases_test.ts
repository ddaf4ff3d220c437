/**
 * @module
 */
import assert from "node:assert/strict";
import { ConflictError } from "../../../lib/base/errors.ts";
import {
  findPortHolder,
  isHostPortFree,
  listeningInodes,
} from "../../../lib/network/host_ports.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";
import {
  type HostPorts,
  PortLeases,
} from "../../../lib/network/port_leases.ts";
import {
  formatPorts,
  parsePublication,
} from "../../../lib/network/port_publication.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** A machine whose programs listen on these ports. */
function hostWith(...busy: readonly number[]): HostPorts {
  return {
    isFree: ({ port }) => !busy.includes(port),
    findHolder: ({ port }) =>
      port === 81 ? { pid: 7, name: "nginx" } : undefined,
    nameOf: (owner) => `${owner}-name`,
  };
}

function claim(
  leases: PortLeases,
  owner: string,
  texts: readonly string[],
  host: HostPorts = hostWith(),
): string[] {
  return leases.claim(owner, texts.map(parsePublication), host)
    .map(({ hostPorts }) => formatPorts(hostPorts));
}

Deno.test("claim() takes what is asked for, and chooses what is not", () => {
  using directory = new TemporaryDirectory();
  const leases = new PortLeases(`${directory.path}/ports`);
  assert.deepEqual(
    claim(leases, "a", ["8080:80", "80", "8000-8001:80-81/udp", "81-83"]),
    ["8080", "32768", "8000-8001", "32769-32771"],
  );
  assert.deepEqual(
    claim(leases, "b", ["80", "9000-9010:80"], hostWith(32772, 9000)),
    ["32773", "9001"],
  );
  assert.equal(leases.list().length, 6);
  leases.release("a");
  assert.deepEqual(leases.list().map(({ owner }) => owner), ["b", "b"]);
  assert.deepEqual(claim(leases, "c", ["80"]), ["32768"]);
});

/** What one has, what the other asks for, and whether that collides. */
const COLLISIONS: readonly (readonly [string, string, boolean])[] = [
  ["80:80", "80:80", true],
  ["80:80", "81:80", false],
  ["80:80/udp", "80:80/tcp", false],
  ["80:80", "127.0.0.1:80:80", true],
  ["127.0.0.1:80:80", "127.0.0.2:80:80", false],
  ["127.0.0.1:80:80", "0.0.0.0:80:80", true],
  ["127.0.0.1:80:80", "[::1]:80:80", false],
  ["0.0.0.0:80:80", "[::]:80:80", false],
  ["[::]:80:80", "80:80", true],
  ["80-90:80-90", "90-95:1-6", true],
  ["80-90:80-90", "91-95:1-5", false],
];

for (const [held, asked, isTaken] of COLLISIONS) {
  Deno.test(`claim() of ${asked} ${isTaken ? "collides" : "goes"} with ${held}`, () => {
    using directory = new TemporaryDirectory();
    const leases = new PortLeases(directory.path);
    claim(leases, "a", [held]);
    if (isTaken) {
      assert.throws(
        () => claim(leases, "b", ["7:7", asked]),
        (error) =>
          error instanceof ConflictError &&
          error.message.endsWith(
            ': port is already allocated: container "a-name" has it',
          ) && error.advice?.startsWith("another port of the host") === true,
      );
    } else {
      claim(leases, "b", ["7:7", asked]);
    }
    const count = leases.list().filter(({ owner }) => owner === "b").length;
    assert.equal(count, isTaken ? 0 : 2);
  });
}

Deno.test("claim() names the program that listens", () => {
  using directory = new TemporaryDirectory();
  const leases = new PortLeases(directory.path);
  assert.throws(() => claim(leases, "a", ["80-82:80-82"], hostWith(81)), {
    message:
      'Cannot publish 0.0.0.0:80-82/tcp: address already in use: "nginx" (process 7) listens on 81',
  });
  assert.throws(() => claim(leases, "a", ["[::1]:82:82"], hostWith(82)), {
    message:
      "Cannot publish [::1]:82/tcp: address already in use: a program listens on 82",
  });
  assert.throws(() => claim(leases, "a", ["5-6:80"], hostWith(5, 6)), {
    message: "Cannot publish 80/tcp: none of the ports 5-6 is free",
  });
  assert.throws(
    () => claim(leases, "a", ["5:80", "5:81"]),
    /: port is already allocated: the container itself has it twice$/,
  );
  assert.deepEqual(leases.list(), []);
});

Deno.test("releaseAbandoned() keeps what the living have", () => {
  using directory = new TemporaryDirectory();
  const leases = new PortLeases(directory.path);
  for (const owner of ["a", "b"]) claim(leases, owner, ["80"]);
  const released = leases.releaseAbandoned((owner) => owner === "a");
  assert.deepEqual(released.map(({ owner }) => owner), ["b"]);
  assert.deepEqual(leases.list().map(({ owner }) => owner), ["a"]);
});

Deno.test("isHostPortFree() and findPortHolder() see who listens", () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr;
  const loopback = parseIpAddress("127.0.0.1");
  const other = parseIpAddress("127.0.0.2");
  assert.ok(loopback && other);
  const tcp = { protocol: "tcp", port } as const;
  assert.ok(!isHostPortFree(tcp));
  assert.ok(!isHostPortFree({ ...tcp, address: loopback }));
  assert.ok(isHostPortFree({ ...tcp, address: other }));
  assert.ok(isHostPortFree({ protocol: "udp", port }));
  assert.equal(findPortHolder(tcp)?.pid, Deno.pid);
  server.close();
  assert.ok(isHostPortFree(tcp));
  assert.equal(findPortHolder(tcp), undefined);
});

Deno.test("isHostPortFree() refuses addresses that are another machine's", () => {
  const address = parseIpAddress("192.0.2.77");
  assert.ok(address);
  const elsewhere = { protocol: "tcp", port: 80, address } as const;
  assert.throws(() => isHostPortFree(elsewhere), {
    name: "HostError",
    message:
      "Cannot publish on 192.0.2.77: cannot assign requested address: this host has none such",
  });
});

Deno.test("listeningInodes() leaves out connections, and other ports", () => {
  const table =
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1 x
   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 2222 1 x
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3333 1 x
`;
  assert.deepEqual(listeningInodes(table, 8080), ["1111"]);
  assert.deepEqual(listeningInodes(table, 80), ["3333"]);
  assert.deepEqual(listeningInodes("", 80), []);
});

Deno.test("replace() takes other ports, of which some may be the same", () => {
  using directory = new TemporaryDirectory();
  const leases = new PortLeases(`${directory.path}/ports`);
  const replace = (
    texts: readonly string[],
    host: HostPorts = hostWith(),
  ): string[] =>
    leases.replace("a", texts.map(parsePublication), host)
      .map(({ hostPorts }) => formatPorts(hostPorts));
  const held = (): string[] =>
    leases.list().filter(({ owner }) => owner === "a")
      .map(({ hostPorts }) => formatPorts(hostPorts)).sort();
  claim(leases, "a", ["8080:80", "8081:81", "82"]);
  claim(leases, "b", ["9000:80"]);
  assert.deepEqual(replace(["8080:90", "8085:81", "82"]), [
    "8080",
    "8085",
    "32768",
  ]);
  assert.deepEqual(held(), ["32768", "8080", "8085"]);
  for (const texts of [["8086:80", "9000:80"], ["8087:80", "81:81"]]) {
    assert.throws(() => replace(texts, hostWith(81)), ConflictError);
    assert.deepEqual(held(), ["32768", "8080", "8085"]);
  }
  assert.deepEqual(replace([]), []);
  assert.deepEqual(leases.list().map(({ owner }) => owner), ["b"]);
});
