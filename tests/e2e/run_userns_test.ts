/**
 * `run` with a user namespace: root inside is nobody outside.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fsetxattr } from "../../ffi/calls/xattr.ts";
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import { syscall } from "../../ffi/syscall.ts";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Outcome,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

/** The first id that is given away where none are set aside. */
const FIRST = 1_879_048_192;
const SIZE = 65_536;
/** Ids given explicitly, so that no file of the host decides them. */
const MAPS = ["--uidmap", "0:300000:65536", "--gidmap", "0:400000:65536"];

/** The lines of a script's output in a container with `--userns auto`. */
async function auto(
  place: Place,
  script: string,
  ...flags: string[]
): Promise<string[]> {
  return linesOf(
    await place.run("--rm", "--userns", "auto", ...flags, ...shell(script)),
  );
}

function linesOf({ code, stdout, stderr }: Outcome): string[] {
  assert.equal(stderr, "");
  assert.equal(code, 0);
  return stdout.trim().split("\n").map((line) =>
    line.trim().replace(/\s+/g, " ")
  );
}

/** The host's first id of a `uid_map` with one range. */
function firstOf(map: string): number {
  const [inside, outside, size] = map.trim().split(/\s+/).map(Number);
  assert.deepEqual([inside, size], [0, SIZE], map);
  assert.ok(outside !== undefined && outside > 0, map);
  return outside;
}

async function idsOf(path: string): Promise<string> {
  const { uid, gid } = await Deno.lstat(path);
  return `${uid}:${gid}`;
}

/** Where a container keeps what it has changed. */
async function upperOf(place: Place): Promise<string> {
  const [id] = await place.containers();
  return `${place.root}/containers/${id}/upper`;
}

placeTest(
  "run --userns auto has a root that is somebody else",
  async (place) => {
    const [map = "", gids, ...lines] = await auto(
      place,
      "cat /proc/self/uid_map /proc/self/gid_map; id -u; id -g; " +
        "stat -c %u:%g / /bin/busybox /etc/hosts /dev /dev/null /dev/shm /tmp",
    );
    firstOf(map);
    assert.equal(map, gids);
    assert.deepEqual(lines, ["0", "0", ...Array(7).fill("0:0")]);
  },
);

placeTest("run --userns auto shows the host the mapped user", async (place) => {
  const container = place.start([
    ...["run", "--rm", "-i", ...MAPS, "-u", "33:34"],
    ...shell("echo ready; read line"),
  ], { stdin: "" });
  assert.equal(await container.stdout.line(), "ready");
  const id = (await place.containers())[0];
  const record = await Deno.readTextFile(
    `${place.runRoot}/containers/${id}/running.json`,
  );
  const { pid } = JSON.parse(record);
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  assert.match(status, /^Uid:\t300033\t300033\t300033\t300033$/m);
  assert.match(status, /^Gid:\t400034\t400034\t400034\t400034$/m);
  for (const kind of ["user", "mnt", "pid", "ipc", "uts", "cgroup", "net"]) {
    const theirs = await Deno.readLink(`/proc/${pid}/ns/${kind}`);
    assert.notEqual(theirs, await Deno.readLink(`/proc/self/ns/${kind}`));
  }
  await container.closeStdin();
  assert.equal(await container.status(), 1);
});

placeTest(
  "run --userns auto may do what root may, on what is its own",
  async (place) => {
    const script = [
      "set -e",
      "chown 33:34 /etc/passwd && stat -c %u:%g /etc/passwd",
      "adduser -D -u 2000 me 2>/dev/null || echo me:x:2000:2000::/: >>/etc/passwd",
      "su me -c 'id -u'",
      "mkdir -p /new/dir && touch /new/dir/file && rm /etc/group",
      "hostname",
      "ping -c 1 -q 127.0.0.1 >/dev/null && echo pinged",
    ].join("; ");
    assert.deepEqual(await auto(place, script, "-h", "box"), [
      "33:34",
      "2000",
      "box",
      "pinged",
    ]);
  },
);

placeTest(
  "run --userns auto keeps docker's capabilities, and no others",
  async (place) => {
    assert.deepEqual(await auto(place, "grep ^Cap /proc/self/status"), [
      "CapInh: 0000000000000000",
      "CapPrm: 00000000a80425fb",
      "CapEff: 00000000a80425fb",
      "CapBnd: 00000000a80425fb",
      "CapAmb: 0000000000000000",
    ]);
    const user = await auto(place, "grep ^Cap /proc/self/status", "-u", "1000");
    assert.equal(user[2], "CapEff: 0000000000000000");
  },
);

placeTest(
  "run --userns auto cannot read what only the host's root may",
  async (place) => {
    await Deno.mkdir(`${place.work}/v`);
    await Deno.chmod(`${place.work}/v`, 0o777);
    await Deno.writeTextFile(`${place.work}/v/secret`, "", { mode: 0o600 });
    const script = "cat /v/secret; chmod 666 /v/secret; chown 0 /v/secret; " +
      "stat -c %u:%g /v/secret; echo mine >/v/new";
    const outcome = await place.run(
      ...["--rm", ...MAPS, "-v", "./v:/v", ...shell(script)],
    );
    assert.equal(outcome.stdout, "65534:65534\n");
    assert.match(outcome.stderr, /can't open '\/v\/secret': Permission denied/);
    assert.equal(outcome.stderr.match(/Operation not permitted/g)?.length, 2);
    assert.equal(await idsOf(`${place.work}/v/secret`), "0:0");
    assert.equal(await idsOf(`${place.work}/v/new`), "300000:400000");
  },
);

placeTest(
  "run --userns auto gives 20 containers at once ids of their own",
  async (place) => {
    const containers = Array.from({ length: 20 }, (_, index) =>
      place.start([
        ...["run", "--rm", "-i", "--userns", "auto", "--name", `c${index}`],
        ...shell("cat /proc/self/uid_map /proc/self/gid_map; read line"),
      ], { stdin: "" }));
    const firsts: number[] = [];
    for (const container of containers) {
      const map = await container.stdout.line();
      assert.equal(await container.stdout.line(), map);
      firsts.push(firstOf(map));
    }
    for (const container of containers) await container.closeStdin();
    for (const container of containers) {
      assert.equal(await container.stderr.rest(), "");
      assert.equal(await container.status(), 1);
    }
    firsts.sort((a, b) => a - b);
    for (const [index, first] of firsts.entries()) {
      assert.ok(index === 0 || first >= (firsts[index - 1] ?? 0) + SIZE);
    }
    // What they had is free again.
    const [map = ""] = await auto(place, "cat /proc/self/uid_map");
    assert.equal(firstOf(map), firsts[0]);
  },
);

placeTest("run --userns auto:size=N gives so many ids", async (place) => {
  assert.deepEqual(
    (await auto(place, "cat /proc/self/uid_map"))[0]?.split(" ")[2],
    "65536",
  );
  const sized = linesOf(
    await place.run(
      ...["--rm", "--userns", "auto:size=2000", IMAGE],
      ...["cat", "/proc/self/uid_map"],
    ),
  );
  assert.match(sized[0] ?? "", /^0 \d+ 2000$/);
});

placeTest("run --userns auto says which ids are missing", async (place) => {
  const many = await place.run(
    ...["--rm", "--userns", "auto:size=400000000", IMAGE, "true"],
  );
  assert.equal(many.code, 125);
  assert.match(many.stderr, /Cannot find 400000000 free uids/);
  const user = await place.run(
    ...["--rm", "--uidmap", "0:1000:10", "-u", "10", IMAGE, "true"],
  );
  assert.equal(user.code, 125);
  assert.match(user.stderr, /Cannot use uid 10: .* does not map it/);
  const root = await place.run("--rm", "--uidmap", "1:1000:10", IMAGE, "true");
  assert.equal(root.code, 125);
  assert.match(root.stderr, /Cannot use uid 0/);
});

placeTest(
  "run --userns keep-id is the invoker, inside and outside",
  async (place) => {
    await Deno.mkdir(`${place.work}/v`);
    await Deno.chown(`${place.work}/v`, 1000, 1001);
    const env = { SUDO_UID: "1000", SUDO_GID: "1001" };
    const keepId = (...words: string[]): Promise<Outcome> =>
      place.tsdockerWith({ env }, [
        ...["run", "--rm", "--userns", "keep-id", "-v", "./v:/v", ...words],
      ]);
    const script = "id -u; id -g; touch /v/f; stat -c %u:%g /v /";
    assert.deepEqual(linesOf(await keepId(...shell(script))), [
      ...["1000", "1001", "1000:1001", "0:0"],
    ]);
    assert.equal(await idsOf(`${place.work}/v/f`), "1000:1001");
    // Root inside, if asked for, is root over the invoker's files only.
    assert.deepEqual(
      linesOf(await keepId("-u", "0", ...shell("id -u; touch /v/root"))),
      ["0"],
    );
    assert.match(await idsOf(`${place.work}/v/root`), /^\d{10}:\d{10}$/);
  },
);

placeTest("run --uidmap and --gidmap map what they say", async (place) => {
  const outcome = await place.run(
    ...["--rm", "--uidmap", "0:5000:100", "--uidmap", "200:9000:5"],
    ...["--gidmap", "0:6000:100", "-u", "202"],
    ...shell("id -u; cat /proc/self/uid_map /proc/self/gid_map"),
  );
  assert.deepEqual(linesOf(outcome), [
    "202",
    "0 5000 100",
    "200 9000 5",
    "0 6000 100",
  ]);
});

placeTest(
  "run --userns auto writes container ids to its layer",
  async (place) => {
    const script = "touch /root/f; chown 33:34 /root/f; rm /etc/group; " +
      "mkdir /etc/dir; echo >>/etc/passwd";
    assertPrints(
      await place.run(...MAPS, "--name", "kept", ...shell(script)),
      "",
    );
    const upper = await upperOf(place);
    for (
      const [name, ids] of [
        ["", "0:0"],
        ["root/f", "33:34"],
        ["etc/dir", "0:0"],
        ["etc/passwd", "0:0"],
        ["etc/group", "0:0"],
      ] as const
    ) assert.equal(await idsOf(`${upper}/${name}`), ids, name);
    assertPrints(await place.tsdocker("rm", "kept"), "kept\n");
    assert.equal((await namesIn(`${place.root}/layers`)).length, 1);
  },
);

/** Calls the body with layers on a file system that cannot map owners. */
async function onUnmappable(
  place: Place,
  body: () => Promise<void>,
): Promise<void> {
  const layers = `${place.root}/layers`;
  const parts = ["lower", "upper", "work"].map((name) =>
    `${place.directory}/${name}`
  );
  for (const path of [layers, ...parts]) {
    await Deno.mkdir(path, { recursive: true });
  }
  const [lower, upper, work] = parts;
  const data = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  syscall("mount", "overlay", layers, "overlay", 0, data);
  try {
    await body();
  } finally {
    syscall("umount2", layers, 0);
  }
}

placeTest(
  "run --userns auto copies layers whose owners cannot be mapped",
  (place) =>
    onUnmappable(place, async () => {
      const script =
        "cat /proc/self/uid_map; stat -c %u:%g / /etc /etc/hosts; " +
        "touch /root/f; chown 33:34 /root/f; rm /etc/group; mkdir /etc/dir";
      const run = (): Promise<Outcome> =>
        place.run(...MAPS, "--name", "kept", ...shell(script));
      assert.deepEqual(linesOf(await run()), [
        "0 300000 65536",
        ...["0:0", "0:0", "0:0"],
      ]);
      const upper = await upperOf(place);
      for (
        const [name, ids] of [
          ["", "300000:400000"],
          ["root/f", "300033:400034"],
          ["etc/dir", "300000:400000"],
          ["etc/group", "300000:400000"],
        ] as const
      ) assert.equal(await idsOf(`${upper}/${name}`), ids, name);
      const layers = await namesIn(`${place.root}/layers`);
      assert.equal(layers.length, 3);
      assertPrints(await place.tsdocker("rm", "kept"), "kept\n");
      // A second container with these ids uses the same copies.
      linesOf(await run());
      assert.deepEqual(await namesIn(`${place.root}/layers`), layers);
      assertPrints(await place.tsdocker("rm", "kept"), "kept\n");
    }),
);

placeTest("run --userns auto takes a directory for an image", async (place) => {
  const image = `${place.work}/image`;
  const archive = new Deno.Command("tar", {
    args: ["-C", image, "-xf", IMAGE],
  });
  await Deno.mkdir(image);
  assert.equal((await archive.output()).code, 0);
  await Deno.chown(`${image}/home`, 33, 34);
  const outcome = await place.run(
    ...["--rm", "--userns", "auto", "./image"],
    ...["stat", "-c", "%u:%g", "/", "/home"],
  );
  assert.deepEqual(linesOf(outcome), ["0:0", "33:34"]);
});

placeTest("run --userns auto makes file capabilities count", async (place) => {
  // Of version 2, with CAP_NET_RAW permitted and effective.
  const value = new Uint8Array(20);
  value.set([1, 0, 0, 2, 0, 0x20]);
  const image = `${place.work}/image`;
  await Deno.mkdir(image);
  const archive = new Deno.Command("tar", {
    args: ["-C", image, "-xf", IMAGE],
  });
  assert.equal((await archive.output()).code, 0);
  await Deno.mkdir(`${image}/raw`);
  const program = `${image}/raw/busybox`;
  await Deno.copyFile(`${image}/bin/busybox`, program);
  await Deno.chmod(program, 0o755);
  {
    using file = openat(AT_FDCWD, program, O_RDONLY);
    fsetxattr(file.number, "security.capability", value);
  }
  const outcome = await place.run(
    ...["--rm", "--userns", "auto", "-u", "1000", "./image"],
    ...["/raw/busybox", "grep", "CapEff", "/proc/self/status"],
  );
  assert.deepEqual(linesOf(outcome), ["CapEff: 0000000000002000"]);
});

placeTest("run --userns auto -it is a terminal of its user", (place) => {
  using terminal = Terminal.tsdocker(place, [
    ...["run", "--rm", "-it", "--userns", "auto", "-u", "1000", IMAGE, "sh"],
  ]);
  terminal.expect("$ ");
  terminal.type("stat -c %u:%g:%a $(tty) /dev/console; echo x >$(tty)\r");
  terminal.expect("\r\n1000:5:620\r\n1000:5:620\r\nx\r\n");
  terminal.type("exit 3\r");
  assert.equal(terminal.status(), 3);
});

placeTest("run --userns auto --init reaps and signals", async (place) => {
  assert.deepEqual(
    await auto(place, "echo $$; cat /proc/1/comm; id -u", "--init"),
    ["2", "docker-init", "0"],
  );
});

placeTest("run --userns auto passes streams on, by name too", async (place) => {
  const outcome = await place.tsdockerWith({ stdin: "in\n" }, [
    ...["run", "--rm", "-i", "--userns", "auto", "-u", "1000"],
    ...shell("cat /dev/stdin >/dev/stdout; echo err >/dev/stderr"),
  ]);
  assert.deepEqual(outcome, { code: 0, stdout: "in\n", stderr: "err\n" });
});

placeTest("run --userns auto mounts what the flags say", async (place) => {
  const script = "stat -c %u:%g /t /new/dir /etc/hosts; pwd; " +
    "touch /x 2>&1; touch /sys/x 2>&1; echo 1 >/proc/sys/kernel/panic; " +
    "cat /proc/kcore /proc/keys; touch /t/f && ls /t";
  const outcome = await place.run(
    ...["--rm", "--userns", "auto", "--read-only", "-w", "/new/dir"],
    ...["--tmpfs", "/t:uid=7,gid=8", ...shell(script)],
  );
  assert.deepEqual(outcome.stdout.split("\n"), [
    "7:8",
    "0:0",
    "0:0",
    "/new/dir",
    "touch: /x: Read-only file system",
    "touch: /sys/x: Read-only file system",
    "f",
    "",
  ]);
  assert.match(outcome.stderr, /panic: Read-only file system/);
});

placeTest(
  "run --userns auto --network host sees the host's network",
  async (place) => {
    const lines = await auto(
      place,
      "ls /sys/class/net; touch /sys/x 2>/dev/null || echo read-only",
      ...["--network", "host"],
    );
    const host = await namesIn("/sys/class/net");
    assert.deepEqual(lines, [...host, "read-only"]);
  },
);

placeTest(
  "run --userns auto reports what cannot be executed",
  async (place) => {
    const missing = await place.run(
      "--rm",
      "--userns",
      "auto",
      IMAGE,
      "nosuch",
    );
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /executable file not found in \$PATH/);
    const directory = await place.run(
      "--rm",
      "--userns",
      "auto",
      IMAGE,
      "/etc",
    );
    assert.equal(directory.code, 126);
  },
);

placeTest(
  "run --userns auto --explain shows how owners are mapped",
  async (place) => {
    const { code, stderr } = await place.run(
      ...["--rm", "--explain", "--userns", "auto", IMAGE, "true"],
    );
    assert.equal(code, 0);
    assert.match(stderr, /mount_setattr\(.*MOUNT_ATTR_IDMAP.*\$userns/);
    assert.match(stderr, new RegExp(`setfsuid\\(${FIRST}\\)`));
    assert.match(stderr, /clone3\(.*CLONE_NEWUSER/);
    const dry = await place.run("--dry-run", "--userns", "auto", IMAGE, "true");
    assert.equal(dry.code, 0);
    assert.match(dry.stdout, /MOUNT_ATTR_IDMAP/);
  },
);

placeTest(
  "run without the native launcher has no user namespaces",
  async (place) => {
    const outcome = await place.tsdockerWith({
      env: { TSDOCKER_LAUNCHER: "reinvoke" },
    }, ["run", "--rm", "--userns", "auto", IMAGE, "true"]);
    assert.equal(outcome.code, 125);
    assert.match(
      outcome.stderr,
      /reinvoke: user namespaces need the native launcher/,
    );
  },
);

forEachLauncher("run --userns host is as ever", async (place) => {
  const outcome = await place.run(
    ...["--rm", "--userns", "host", IMAGE, "cat", "/proc/self/uid_map"],
  );
  const own = await Deno.readTextFile("/proc/self/uid_map");
  assertPrints(outcome, own);
});

forEachLauncher(
  "run makes what its users can enter, whatever the umask",
  async (place) => {
    const wrapper = ["sh", "-c", 'umask 077; exec "$@"', "sh"];
    const namespaces = place.launcher === "native" ? ["--userns", "auto"] : [];
    for (const flags of [[], namespaces]) {
      const outcome = await place.tsdockerWith({ wrapper }, [
        ...["run", "--rm", ...flags, "-u", "1000", "-w", "/new/dir"],
        ...["-v", ".:/v/w", ...shell("pwd; stat -c %a . /new /v; umask")],
      ]);
      const modes = ["755", "755", "755"];
      assert.deepEqual(linesOf(outcome), ["/new/dir", ...modes, "0022"]);
    }
  },
);

placeTest(
  "run --userns auto --oom-score-adj leaves tsdocker's own score",
  async (place) => {
    const own = await Deno.readTextFile("/proc/self/oom_score_adj");
    const running = place.start(
      ["run", "--rm", "-i", "--userns", "auto", "--oom-score-adj", "500"]
        .concat(shell("cat /proc/self/oom_score_adj; read line")),
      { stdin: "" },
    );
    assert.equal(await running.stdout.line(), "500");
    assert.equal(
      await Deno.readTextFile(`/proc/${running.pid}/oom_score_adj`),
      own,
    );
    await running.closeStdin();
    await running.status();
  },
);
