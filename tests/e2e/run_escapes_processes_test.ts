/**
 * Ways out by processes: of the host, of the caller, and by what processes of
 * one machine talk to each other with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place } from "../support/cli.ts";
import {
  attack,
  ATTACKER,
  attackImage,
  attackOnHost,
  attackTest,
  attemptsOf,
  Canary,
} from "../support/escapes.ts";

const UNFILTERED = ["--security-opt", "seccomp=unconfined"];

/** A process of the host that runs until the scope ends. */
async function hostProcess(
  command: string,
  ...args: string[]
): Promise<AsyncDisposable & { readonly pid: number }> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose](): Promise<void> {
      await reader.cancel();
      await child.stdin.close();
      await child.status;
    },
  };
}

/** One that does nothing but wait. */
function idleProcess(): ReturnType<typeof hostProcess> {
  return hostProcess("sh", "-c", "echo up; read line");
}

attackTest("run is a root that chroot(2) does not leave", async (place) => {
  const canary = await Canary.make(place);
  for (const flags of [[], UNFILTERED, ["--privileged"]]) {
    const found = await attack(place, flags, ["break-out", canary.secret]);
    assert.deepEqual(found, [["chroot", "ok"], ["found", "ENOENT"]]);
  }
  const user = await attack(place, ["-u", "7"], ["break-out", canary.secret]);
  assert.deepEqual(user, [["chroot", "EPERM"]]);
});

attackTest(
  "run neither sees nor reaches a process of the host",
  async (place) => {
    await using process = await idleProcess();
    const image = await attackImage(place);
    for (const flags of [[], UNFILTERED, ["--cap-add", "SYS_PTRACE"]]) {
      const outcome = await place.run(
        ...["--rm", ...flags, image, "sh", "-c"],
        `${ATTACKER} process ${process.pid}; ls /proc | grep -c '^[0-9]'`,
      );
      const found = attemptsOf(outcome);
      const [count] = found.at(-1) ?? [];
      assert.ok(Number(count) <= 4, count);
      for (const [name, result] of found.slice(0, -1)) {
        assert.match(result, /^(ESRCH|ENOENT|EBADF|EPERM)$/, name);
      }
    }
  },
);

attackTest(
  "run --pid host lets signals through, and nothing more",
  async (place) => {
    await using process = await idleProcess();
    for (const flags of [[], UNFILTERED]) {
      const words = ["process", `${process.pid}`];
      const found = await attack(place, ["--pid", "host", ...flags], words);
      const reached = found.filter(([, result]) => result === "ok");
      // Both are for user 0, who this process belongs to.
      assert.deepEqual(reached.map(([name]) => name), ["kill", "pidfd_open"]);
    }
    const words = ["process", `${process.pid}`];
    const user = await attack(place, ["--pid", "host", "-u", "4242"], words);
    const reached = user.filter(([, result]) => result === "ok");
    assert.deepEqual(reached.map(([name]) => name), ["pidfd_open"]);
  },
);

attackTest("run enters no namespace of the host", async (place) => {
  await using process = await idleProcess();
  for (const pid of ["1", `${process.pid}`]) {
    for (const flags of [[], UNFILTERED]) {
      const words = ["enter", pid];
      const found = await attack(place, ["--pid", "host", ...flags], words);
      assert.equal(found.length, 8);
      for (const [name, result] of found) {
        assert.match(result, /^(EPERM|EACCES)$/, name);
      }
    }
  }
});

attackTest("run does not reach its keeper, or what made it", async (place) => {
  const image = await attackImage(place);
  // Every process of the host that has to do with this test.
  const script = `for p in /proc/[0-9]*; do pid=\${p#/proc/}
      [ $pid = $$ ] && continue
      tr '\\0' ' ' < $p/cmdline | grep -q "${place.root}" || continue
      echo "keeper $pid"; ${ATTACKER} process $pid
    done`;
  const outcome = await place.run(
    ...["--rm", "--pid", "host", image, "sh", "-c", script],
  );
  const found = attemptsOf(outcome);
  assert.ok(found.some(([name]) => name === "keeper"));
  const reached = found.filter(([name, result]) =>
    result === "ok" && name !== "kill" && name !== "pidfd_open"
  );
  assert.deepEqual(reached, []);
});

attackTest(
  "run reaches an abstract socket of the host with its network only",
  async (place) => {
    const name = `@tsdocker-${crypto.randomUUID()}`;
    const program = await attackOnHost(place);
    await using _listener = await hostProcess(program, "listen", name);
    const image = await attackImage(place);
    const connect = async (...flags: string[]): Promise<unknown> =>
      attemptsOf(
        await place.run("--rm", ...flags, image, ATTACKER, "connect", name),
      );
    assert.deepEqual(await connect(), [["connect", "ECONNREFUSED"]]);
    const host = await connect("--network", "host");
    assert.deepEqual(host, [["connect", "ok"]]);
  },
);

attackTest("run has no socket in its files", async (place) => {
  const outcome = await place.run(
    ...["--rm", IMAGE, "sh", "-c", "find / -xdev -type s; ls -A /run /dev/shm"],
  );
  assertPrints(outcome, "/dev/shm:\n\n/run:\n");
});

attackTest(
  "run shares memory and queues of the host with --ipc host only",
  async (place) => {
    const key = `0x${crypto.randomUUID().slice(0, 7)}`;
    const names = [key, `/tsdocker-${crypto.randomUUID()}`];
    const program = await attackOnHost(place);
    const onHost = async (...words: string[]): Promise<void> => {
      const { code } = await new Deno.Command(program, { args: words })
        .output();
      assert.equal(code, 0);
    };
    await onHost("ipc", ...names, "create");
    try {
      const missing = [["shmget", "ENOENT"], ["mq_open", "ENOENT"]];
      for (const flags of [[], ["--ipc", "private"], ["--ipc", "none"]]) {
        const found = await attack(place, flags, ["ipc", ...names, "find"]);
        assert.deepEqual(found, missing);
      }
      const shared = ["--ipc", "host"];
      const found = await attack(place, shared, ["ipc", ...names, "find"]);
      assert.deepEqual(found, [["shmget", "ok"], ["mq_open", "ok"]]);
    } finally {
      await onHost("ipc-remove", ...names);
    }
  },
);

/** Kinds of namespaces by the files of /proc, and the flag that shares each. */
const SHARING: Readonly<Record<string, readonly string[]>> = {
  "": [],
  "pid": ["--pid", "host"],
  "ipc": ["--ipc", "host"],
  "uts": ["--uts", "host"],
  "cgroup": ["--cgroupns", "host"],
  "net": ["--network", "host"],
};

attackTest("run shares exactly the namespace it is told to", async (place) => {
  const kinds = ["mnt", "pid", "net", "ipc", "uts", "cgroup"];
  const own = new Map(
    kinds.map((kind) => [kind, Deno.readLinkSync(`/proc/self/ns/${kind}`)]),
  );
  for (const [shared, flags] of Object.entries(SHARING)) {
    const { stdout } = await place.run(
      ...["--rm", ...flags, IMAGE, "sh", "-c"],
      `for n in ${kinds.join(" ")}; do readlink /proc/self/ns/$n; done`,
    );
    const inside = stdout.trim().split("\n");
    const same = kinds.filter((kind, at) => inside[at] === own.get(kind));
    assert.deepEqual(same, shared === "" ? [] : [shared]);
  }
});

attackTest("run --uts host cannot rename the host", async (place) => {
  const name = Deno.hostname();
  const outcome = await place.run(
    ...["--rm", "--uts", "host", IMAGE, "sh", "-c"],
    `hostname; hostname ${name}`,
  );
  assert.equal(outcome.stdout, `${name}\n`);
  assert.match(outcome.stderr, /not permitted/);
  assert.equal(Deno.hostname(), name);
});

attackTest("run --pid host ends all of its own processes", async (place) => {
  const marker = `4242${Date.now()}`;
  const outcome = await runWith(place, marker);
  assert.equal(outcome, 0);
  const left = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    if (words.includes(marker)) left.push(name);
  }
  assert.deepEqual(left, []);
});

async function runWith(place: Place, marker: string): Promise<number> {
  const script = `sleep ${marker} & setsid sleep ${marker} &`;
  const words = ["--rm", "--pid", "host", IMAGE, "sh", "-c", script];
  return (await place.run(...words)).code;
}
