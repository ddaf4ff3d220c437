/**
 * What a container can see, and what its host does not.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  shell,
} from "../support/cli.ts";

/** Runs a script that must succeed silently, and gives its lines. */
async function lines(place: Place, script: string): Promise<string[]> {
  const { code, stdout, stderr } = await place.run("--rm", ...shell(script));
  assert.equal(stderr, "");
  assert.equal(code, 0);
  return stdout.trimEnd().split("\n");
}

forEachLauncher("run keeps docker's capabilities", async (place) => {
  assert.deepEqual(
    await lines(place, "grep ^Cap /proc/self/status | tr -d '\\t'"),
    [
      "CapInh:0000000000000000",
      "CapPrm:00000000a80425fb",
      "CapEff:00000000a80425fb",
      "CapBnd:00000000a80425fb",
      "CapAmb:0000000000000000",
    ],
  );
  const { stdout } = await place.run(
    ...["--rm", "-u", "1000", ...shell("grep ^Cap /proc/self/status")],
  );
  assert.deepEqual(stdout.match(/[0-9a-f]{16}/g), [
    "0000000000000000",
    "0000000000000000",
    "0000000000000000",
    "00000000a80425fb",
    "0000000000000000",
  ]);
});

for (const flags of [[], ["-i"], ["--init"]]) {
  forEachLauncher(`run ${flags} leaks no descriptor`, async (place) => {
    const script = "for fd in /proc/1/fd/* /proc/self/fd/*; do " +
      "readlink $fd; done; true";
    const { stdout } = await place.tsdockerWith({ stdin: "" }, [
      ...["run", "--rm", ...flags, ...shell(script)],
    ]);
    const own = stdout.trim().split("\n").filter((target) =>
      !/^(pipe:\[\d+\]|\/dev\/null|\/proc\/\d+\/fd)$/.test(target)
    );
    assert.deepEqual(own, []);
    // With --init, process 1 lets go of its last one while we start.
    const count = await place.run(
      "--rm",
      ...flags,
      ...shell(
        "for i in $(seq 1000); do [ -e /proc/1/fd/3 ] || break; done; " +
          "ls /proc/1/fd; true",
      ),
    );
    assert.deepEqual(count.stdout.trim().split("\n"), ["0", "1", "2"]);
  });
}

forEachLauncher("run leaks no descriptor of its caller", async (place) => {
  const outcome = await place.tsdockerWith({
    wrapper: ["sh", "-c", 'exec 7</etc/passwd 8</; exec "$0" "$@"'],
  }, ["run", "--rm", IMAGE, "ls", "/proc/1/fd"]);
  // ls is process 1 and has the directory open that it lists.
  assertPrints(outcome, "0\n1\n2\n3\n");
});

forEachLauncher("run has namespaces of its own", async (place) => {
  const names = ["mnt", "uts", "ipc", "pid", "net", "cgroup"];
  const theirs = await lines(
    place,
    `for n in ${names.join(" ")}; do readlink /proc/self/ns/$n; done`,
  );
  const ours = await Promise.all(
    names.map((name) => Deno.readLink(`/proc/self/ns/${name}`)),
  );
  assert.equal(theirs.length, ours.length);
  for (const [index, name] of names.entries()) {
    assert.notEqual(theirs[index], ours[index], name);
  }
});

forEachLauncher("run mounts nothing on the host", async (place) => {
  const mounts = (): Promise<string> =>
    Deno.readTextFile("/proc/self/mountinfo");
  const before = await mounts();
  const words = ["run", "--rm", "-i", ...shell("echo up; read line")];
  const running = place.start(words, { stdin: "" });
  assert.equal(await running.stdout.line(), "up");
  assert.equal(await mounts(), before);
  const keeper = await Deno.readTextFile(`/proc/${running.pid}/mountinfo`);
  assert.equal(keeper, before);
  await running.closeStdin();
  assert.equal(await running.status(), 1);
  assert.equal(await mounts(), before);
});

forEachLauncher("run hides the host's root and processes", async (place) => {
  const [root, count, oldRoot] = await lines(
    place,
    "cat /proc/1/root/etc/hostname; ls -d /proc/[0-9]* | wc -l; " +
      "grep -c ' / / ' /proc/self/mountinfo",
  );
  assert.match(root ?? "", /^[0-9a-f]{12}$/);
  assert.ok(Number(count) <= 4);
  assert.equal(oldRoot, "1");
});

forEachLauncher("run has loopback up, and nothing else", async (place) => {
  assert.deepEqual(
    await lines(
      place,
      "ls /sys/class/net; ifconfig lo | grep -c 'UP LOOPBACK RUNNING'; " +
        "echo hello | nc -l -p 7777 >/dev/null & sleep 0.1; " +
        "until nc 127.0.0.1 7777 </dev/null; do sleep 0.05; done 2>/dev/null",
    ),
    ["lo", "1", "hello"],
  );
});

forEachLauncher("run has docker's devices", async (place) => {
  const script = "cd /dev; for d in null zero full random urandom tty; do " +
    "stat -c '%n %t:%T %a %u' $d; done; " +
    "for l in fd stdin stdout stderr ptmx; do echo $l $(readlink $l); done; " +
    "head -c 3 /dev/zero | wc -c; stat -f -c %T /dev/shm /dev/mqueue";
  const [a, b, c, d, e, f, ...rest] = await lines(place, script);
  assert.deepEqual([a, b, c, d, e, f], [
    "null 1:3 666 0",
    "zero 1:5 666 0",
    "full 1:7 666 0",
    "random 1:8 666 0",
    "urandom 1:9 666 0",
    "tty 5:0 666 0",
  ]);
  assert.deepEqual(rest.slice(0, 6), [
    "fd /proc/self/fd",
    "stdin /proc/self/fd/0",
    "stdout /proc/self/fd/1",
    "stderr /proc/self/fd/2",
    "ptmx pts/ptmx",
    "3",
  ]);
  assert.equal(rest[6], "tmpfs");
});

forEachLauncher("run mounts what docker mounts", async (place) => {
  const mounts = new Map(
    (await lines(place, "cat /proc/mounts")).map((line) => {
      const [, path = "", type = "", options = ""] = line.split(" ");
      return [path, `${type} ${options}`];
    }),
  );
  const expected: Record<string, RegExp> = {
    "/": /^overlay rw/,
    "/proc": /^proc rw,nosuid,nodev,noexec/,
    "/dev": /^tmpfs rw,nosuid,.*size=65536k,mode=755/,
    "/dev/pts": /^devpts rw,nosuid,noexec,.*gid=5,mode=620,ptmxmode=666/,
    "/sys": /^sysfs ro,nosuid,nodev,noexec/,
    "/dev/mqueue": /^mqueue rw,nosuid,nodev,noexec/,
    "/dev/shm": /^tmpfs rw,nosuid,nodev,noexec,.*size=65536k/,
    "/etc/resolv.conf": /^\w+ rw/,
    "/etc/hostname": /^\w+ rw/,
    "/etc/hosts": /^\w+ rw/,
    "/proc/bus": /^proc ro/,
    "/proc/fs": /^proc ro/,
    "/proc/irq": /^proc ro/,
    "/proc/sys": /^proc ro/,
    "/proc/sysrq-trigger": /^proc ro/,
    "/proc/keys": /^tmpfs rw|^devtmpfs/,
    "/sys/firmware": /^tmpfs ro/,
  };
  for (const [path, pattern] of Object.entries(expected)) {
    if (path.startsWith("/proc/") || path === "/sys/firmware") {
      const isThere = await Deno.stat(path).then(() => true, () => false);
      if (!isThere) continue;
    }
    assert.match(mounts.get(path) ?? "missing", pattern, path);
  }
});

forEachLauncher("run masks what tells too much", async (place) => {
  const script = "for p in /proc/kcore /proc/keys /proc/timer_list; do " +
    "[ ! -e $p ] || wc -c <$p; done; ls -A /sys/firmware /proc/acpi " +
    "/proc/scsi 2>/dev/null | grep -v : | grep . ; " +
    "echo 1 2>/dev/null >/proc/sys/kernel/panic; echo $?; " +
    "mount -t tmpfs none /mnt 2>/dev/null; echo $?";
  const found = await lines(place, script);
  assert.deepEqual([...new Set(found)].sort(), ["0", "1"]);
  assert.deepEqual(found.slice(-2), ["1", "1"]);
});

forEachLauncher("run gives each container its own files", async (place) => {
  const layers = async (): Promise<string> => {
    const { stdout } = await new Deno.Command("find", {
      args: [`${place.root}/layers`, "-printf", "%p %s %m %T@ %u\n"],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  const before = await layers();
  const script = (name: string): string =>
    `echo ${name} >/mine; rm -r /etc/passwd /var/www; echo up; ` +
    `read line; cat /mine; ls -d /etc/passwd /var/www 2>&1 | wc -l`;
  const both = ["one", "two"].map((name) =>
    place.start(["run", "--rm", "-i", ...shell(script(name))], { stdin: "" })
  );
  for (const running of both) {
    assert.equal(await running.stdout.line(), "up");
  }
  for (const [index, running] of both.entries()) {
    await running.write("\n");
    assert.equal(await running.stdout.line(), ["one", "two"][index]);
    assert.equal(await running.status(), 0);
  }
  assert.equal(await layers(), before);
  assertPrints(
    await place.run("--rm", IMAGE, "ls", "/etc/passwd"),
    "/etc/passwd\n",
  );
});

forEachLauncher("run leaves its working directory alone", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  assert.deepEqual(await namesIn(place.work), []);
});

forEachLauncher(
  "run masks files with a null device that root inside cannot change",
  async (place) => {
    const changed = (): number | undefined =>
      Deno.lstatSync("/dev/null").ctime?.getTime();
    const before = changed();
    // The host's present mode and owner, so that a failure does no harm.
    const { code, stdout, stderr } = await place.run(
      "--rm",
      ...shell(
        "wc -c < /proc/keys; chmod 666 /proc/keys; chown 0:0 /proc/keys; exit 7",
      ),
    );
    assert.equal(code, 7);
    assert.equal(stdout, "0\n");
    assert.equal(stderr.match(/Read-only file system/g)?.length, 2);
    assert.equal(changed(), before);
  },
);
