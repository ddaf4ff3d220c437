/**
 * What a new user types in the first hour to reach containers, line by line,
 * and the commands of a book about how to write a container engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints } from "../support/cli.ts";
import { listenIn } from "../support/network_namespace.ts";
import { MACHINE, networkTest, OUTSIDE } from "../support/network_place.ts";
import { Terminal } from "../support/terminal.ts";
import { typist } from "../support/typed.ts";

/** What wget(1) would get, which not every machine has. */
const WGET = `
wget() {
  bash -c 'exec 3<>/dev/tcp/$0/$1 && printf "GET $2 HTTP/1.0\\r\\n\\r\\n" >&3 &&
    sed "1,/^.$/d" <&3' "$@"
}
`;

networkTest(
  "17 and 18: a port is published, and nothing is left of it",
  async ({ place }) => {
    const type = await typist(place);
    const shown = await type(`${WGET}
      ip link | grep -c veth >before
      ID=$(T run -d --name ww -p 18080:80 bb.tar httpd -f -h /)
      for host in 127.0.0.1 localhost ${MACHINE[4]}; do
        wget $host 18080 /etc/passwd | head -n 1
      done
      T port ww
      nft list ruleset | grep -c 18080
      T rm -f ww
      nft list ruleset | grep -c 18080
      ip link | grep -c veth | cmp - before && echo as before`);
    const [first = ""] = shown.stdout.split("\n");
    assert.match(first, /^root:x:0:0:/, shown.stderr);
    assert.match(
      shown.stdout.replaceAll(`${first}\n`, "page\n"),
      /^page\npage\npage\n80\/tcp -> 0\.0\.0\.0:18080\n(?:.*\n)?[12]\nww\n0\nas before\n$/,
    );
  },
);

networkTest("19: a container finds another by name", async ({ place }) => {
  const type = await typist(place);
  const { stdout } = await type(`
    T run -d --name aa bb.tar sleep 99 >id
    T run --rm bb.tar ping -c1 aa | grep -E 'PING|received'
    T rm -f aa`);
  assert.match(
    stdout,
    /^PING aa \(172\.17\.0\.2\): .*\n1 packets transmitted, 1 packets received, 0% packet loss\naa\n$/,
  );
});

networkTest("20: a network has a subnet of its own", async ({ place }) => {
  const type = await typist(place);
  const { stdout, stderr } = await type(`
    ip route add blackhole 172.18.0.0/24
    T network create n1 && T run --rm --network n1 bb.tar ip a
    T network inspect -f '{{(index .IPAM.Config 0).Subnet}}' n1
    T network rm n1`);
  const found = /inet (\d+\.\d+\.\d+)\.2\/24.* eth0\n/.exec(stdout);
  assert.ok(found, stdout + stderr);
  assert.ok(stdout.endsWith(`\n${found[1]}.0/24\nn1\n`), stdout + stderr);
  assert.notEqual(found[1], "172.18.0");
});

networkTest("21: --network none and host", async ({ place }) => {
  const type = await typist(place);
  assertPrints(
    await type(`
      T run --rm --network none bb.tar ip -o link | wc -l
      T run --rm --network host bb.tar ip -o link | wc -l
      ip -o link | wc -l`),
    "1\n3\n3\n",
  );
});

networkTest("the book's commands are understood as typed", async (network) => {
  const { place } = network;
  const type = await typist(place);
  const made = await type(
    "T network create --driver bridge --subnet 192.168.10.1/24 testbridge",
  );
  assert.equal(made.stderr, "");
  assert.match(made.stdout, /^[0-9a-f]{64}\n$/);
  const words = ["run", "-ti", "-p", "80:80", "-net", "testbridge"];
  {
    using terminal = Terminal.tsdocker(place, [...words, "bb.tar", "sh"]);
    terminal.expect("/ # ");
    terminal.type("ip -o -4 addr show eth0; ip route\r");
    terminal.expect("inet 192.168.10.2/24");
    terminal.expect("default via 192.168.10.1");
    terminal.expect("/ # ");
    terminal.type(`ping -c1 -W5 ${OUTSIDE[4]} >/dev/null; echo world=$?\r`);
    terminal.expect("world=0");
    terminal.type("echo hello | nc -l -p 80 >got; cat got\r");
    // Whoever comes at the machine's port 80 talks to this terminal.
    const asking = new Deno.Command("nsenter", {
      args: [
        `--net=/proc/${Deno.pid}/fd/${network.outside.number}`,
        ...["timeout", "20", "bash", "-c"],
        `until exec 3<>/dev/tcp/${MACHINE[4]}/80; do sleep 0.1; done
         echo from outside >&3; head -n 1 <&3`,
      ],
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    assert.equal(new TextDecoder().decode(asking.stdout), "hello\n");
    terminal.expect("from outside");
    terminal.type("\x04exit\r");
    terminal.status();
  }
  const { stdout } = await type("T network list");
  assert.match(stdout, /^[0-9a-f]{12} +testbridge +bridge +local$/m);
  assertPrints(
    await type("T rm $(T ps -aq) >removed; T network remove testbridge"),
    "testbridge\n",
  );
  // Port 80 is the machine's own again.
  using _listener = listenIn(network.machine, {
    hostname: "0.0.0.0",
    port: 80,
  });
});
