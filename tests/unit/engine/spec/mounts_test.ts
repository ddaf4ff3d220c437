/**
 * @module
 */
import assert from "node:assert/strict";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import { buildMounts } from "../../../../lib/engine/spec/mounts.ts";
import type { BindVolume, TmpfsVolume } from "../../../../lib/engine/volume.ts";
import type { Mount } from "../../../../lib/oci/runtime_spec.ts";
import { containerConfig } from "../../../support/run_options.ts";

/** A user namespace that has been decided on. */
const MAPPED: Partial<ContainerConfig> = {
  userns: { kind: "auto" },
  idMappings: { uid: [], gid: [] },
};

function build(config: Partial<ContainerConfig>): Mount[] {
  return buildMounts(containerConfig(config), "/containers/1/files");
}

function bind(
  destination: string,
  access: BindVolume["access"] = "rw",
): BindVolume {
  return { source: "/src", destination, access, create: "never" };
}

function tmpfs(destination: string, ...options: string[]): TmpfsVolume {
  return { destination, options };
}

/** Mounts in order, as `TYPE DESTINATION`. */
function mounts(config: Partial<ContainerConfig>): string[] {
  return build(config).map(({ type, destination }) => `${type} ${destination}`);
}

function mountOn(
  destination: string,
  config: Partial<ContainerConfig>,
): Mount {
  const found = build(config).filter((mount) =>
    mount.destination === destination
  );
  assert.equal(found.length, 1, `one mount on ${destination}`);
  const [mount] = found;
  assert.ok(mount);
  return mount;
}

const PLAIN = mounts({});

Deno.test("buildMounts() mounts parents before children, own files at last", () => {
  assert.deepEqual(PLAIN, [
    "proc /proc",
    "tmpfs /dev",
    "devpts /dev/pts",
    "sysfs /sys",
    "cgroup /sys/fs/cgroup",
    "mqueue /dev/mqueue",
    "tmpfs /dev/shm",
    "bind /etc/resolv.conf",
    "bind /etc/hostname",
    "bind /etc/hosts",
  ]);
});

Deno.test("buildMounts() appends volumes, those nearer to the root first", () => {
  const found = mounts({
    volumes: [bind("/a/b/c"), bind("/z"), bind("/a/b")],
    tmpfs: [tmpfs("/a"), tmpfs("/z/y/x/w")],
  });
  assert.deepEqual(found.slice(0, PLAIN.length), PLAIN);
  assert.deepEqual(found.slice(PLAIN.length), [
    "bind /z",
    "tmpfs /a",
    "bind /a/b",
    "bind /a/b/c",
    "tmpfs /z/y/x/w",
  ]);
});

Deno.test("buildMounts() binds volumes with what is mounted below them", () => {
  assert.deepEqual(mountOn("/d", { volumes: [bind("/d")] }), {
    destination: "/d",
    type: "bind",
    source: "/src",
    options: ["rbind", "rprivate"],
  });
  assert.deepEqual(
    mountOn("/d", { volumes: [bind("/d", "ro")] }).options,
    ["rbind", "rprivate", "rro"],
  );
});

Deno.test("buildMounts() lets options of a tmpfs override docker's", () => {
  assert.deepEqual(
    mountOn("/run", { tmpfs: [tmpfs("/run", "exec", "size=1m")] }),
    {
      destination: "/run",
      type: "tmpfs",
      source: "tmpfs",
      options: ["noexec", "nosuid", "nodev", "exec", "size=1m"],
    },
  );
});

Deno.test("buildMounts() replaces a default mount by a volume on the same path", () => {
  const paths = ["/dev/shm", "/sys", "/dev/mqueue", "/etc/hosts"];
  for (const path of [...paths, "/etc/resolv.conf"]) {
    const found = mounts({ volumes: [bind(path)] });
    assert.deepEqual(
      found,
      [
        ...PLAIN.filter((line) => !`${line}/`.includes(` ${path}/`)),
        `bind ${path}`,
      ],
    );
    assert.equal(mountOn(path, { volumes: [bind(path)] }).source, "/src");
  }
});

Deno.test("buildMounts() puts a tmpfs in place of a default mount", () => {
  const options = mountOn("/dev/shm", { tmpfs: [tmpfs("/dev/shm", "size=1g")] })
    .options;
  assert.ok(options.includes("size=1g"));
  assert.ok(!options.includes("size=65536k"));
});

Deno.test("buildMounts() keeps the devices of a container whose /dev is a tmpfs", () => {
  const config = { tmpfs: [tmpfs("/dev", "size=1m")] };
  assert.deepEqual(mounts(config), PLAIN, "before what is mounted inside");
  assert.deepEqual(
    mountOn("/dev", config).options,
    ["noexec", "nosuid", "size=1m"],
    "without nodev, which would make them useless",
  );
});

Deno.test("buildMounts() mounts nothing inside a volume of the user's", () => {
  assert.deepEqual(mounts({ volumes: [bind("/dev")] }), [
    "proc /proc",
    "sysfs /sys",
    "cgroup /sys/fs/cgroup",
    "bind /etc/resolv.conf",
    "bind /etc/hostname",
    "bind /etc/hosts",
    "bind /dev",
  ]);
  assert.deepEqual(mounts({ volumes: [bind("/etc")] }), [
    ...PLAIN.filter((line) => !line.includes("/etc/")),
    "bind /etc",
  ]);
  assert.deepEqual(mounts({ tmpfs: [tmpfs("/etc")] }), [
    ...PLAIN.filter((line) => !line.includes("/etc/")),
    "tmpfs /etc",
  ]);
});

Deno.test("buildMounts() keeps a volume inside a volume and beside a default", () => {
  const found = mounts({ volumes: [bind("/dev/shm/x"), bind("/dev/shm")] });
  assert.deepEqual(found.slice(-2), ["bind /dev/shm", "bind /dev/shm/x"]);
  const similar = mounts({ volumes: [bind("/device"), bind("/et")] });
  assert.deepEqual(similar.slice(0, PLAIN.length), PLAIN);
});

Deno.test("buildMounts() takes the container's own files from its directory", () => {
  for (const name of ["hosts", "hostname", "resolv.conf"]) {
    assert.deepEqual(mountOn(`/etc/${name}`, {}), {
      destination: `/etc/${name}`,
      type: "bind",
      source: `/containers/1/files/${name}`,
      options: ["rbind", "rprivate"],
    });
  }
});

Deno.test("buildMounts() makes the own files read-only with the root, volumes not", () => {
  const config = { readOnly: true, volumes: [bind("/d")] };
  for (const name of ["hosts", "hostname", "resolv.conf"]) {
    assert.deepEqual(
      mountOn(`/etc/${name}`, config).options,
      ["rbind", "rprivate", "ro"],
    );
  }
  assert.deepEqual(mountOn("/d", config).options, ["rbind", "rprivate"]);
});

Deno.test("buildMounts() shows cgroups read-only, right above /sys", () => {
  assert.deepEqual(mountOn("/sys/fs/cgroup", {}), {
    destination: "/sys/fs/cgroup",
    type: "cgroup",
    source: "cgroup",
    options: ["ro", "nosuid", "noexec", "nodev"],
  });
});

Deno.test("buildMounts() shows no cgroups to a container that has none", () => {
  const { cgroupsPath: _, ...config } = containerConfig();
  const found = buildMounts(config, "/files").map((mount) => mount.destination);
  assert.ok(!found.includes("/sys/fs/cgroup"));
  assert.ok(found.includes("/sys"));
});

Deno.test("buildMounts() lets a privileged container write to /sys", () => {
  const privileged = { privileged: true };
  assert.deepEqual(
    mountOn("/sys", privileged).options,
    ["nosuid", "noexec", "nodev"],
  );
  assert.deepEqual(
    mountOn("/sys/fs/cgroup", privileged).options,
    ["rw", "nosuid", "noexec", "nodev"],
  );
  assert.ok(mountOn("/sys", {}).options.includes("ro"));
  assert.deepEqual(mounts(privileged), PLAIN);
});

Deno.test("buildMounts() gives shared memory the size asked for", () => {
  assert.deepEqual(mountOn("/dev/shm", { shmSizeBytes: 1000 }).options, [
    "nosuid",
    "noexec",
    "nodev",
    "mode=1777",
    "size=1000",
  ]);
});

Deno.test("buildMounts() mounts no shared memory for --ipc none", () => {
  assert.deepEqual(
    mounts({ ipc: "none" }),
    PLAIN.filter((line) => !line.endsWith("/dev/shm")),
  );
});

Deno.test("buildMounts() shows the host's shared memory for --ipc host", () => {
  const ipc = "host";
  assert.deepEqual(mountOn("/dev/shm", { ipc }), {
    destination: "/dev/shm",
    type: "bind",
    source: "/dev/shm",
    options: ["rbind", "rprivate", "nosuid", "noexec", "nodev"],
  });
  assert.equal(mountOn("/dev/mqueue", { ipc }).type, "mqueue");
  assert.ok(
    !mounts({ ipc, ...MAPPED }).some((line) => line.endsWith("/dev/mqueue")),
    "a user namespace may not mount the host's queues",
  );
});

Deno.test("buildMounts() binds the host's /sys where it may not be mounted", () => {
  const config: Partial<ContainerConfig> = { network: "host", ...MAPPED };
  assert.deepEqual(mountOn("/sys", config), {
    destination: "/sys",
    type: "bind",
    source: "/sys",
    options: ["bind", "rprivate", "nosuid", "noexec", "nodev", "ro"],
  });
  assert.ok(
    !mountOn("/sys", { ...config, privileged: true }).options.includes("ro"),
  );
  assert.equal(mountOn("/sys", MAPPED).type, "sysfs");
  assert.equal(mountOn("/sys", { network: "host" }).type, "sysfs");
});

Deno.test("buildMounts() hides mounts below a source, or leaves them writable", () => {
  const options = (changes: Partial<BindVolume>): readonly string[] =>
    mountOn("/d", { volumes: [{ ...bind("/d", "ro"), ...changes }] }).options;
  assert.deepEqual(options({}), ["rbind", "rprivate", "rro"]);
  assert.deepEqual(options({ below: "hidden" }), ["bind", "rprivate", "rro"]);
  assert.deepEqual(options({ below: "writable" }), ["rbind", "rprivate", "ro"]);
  assert.deepEqual(options({ subpath: "a/b" }).at(-1), "subpath=a/b");
});

Deno.test("buildMounts() maps owners only for ids of the container's own", () => {
  const volumes = [{ ...bind("/d"), ids: "mapped" as const }];
  assert.ok(!mountOn("/d", { volumes }).options.includes("idmap"));
  assert.ok(mountOn("/d", { ...MAPPED, volumes }).options.includes("idmap"));
});

Deno.test("buildMounts() shows images for reading, of one layer or several", () => {
  const mountOf = (...layers: string[]): Mount =>
    mountOn("/i", { imageMounts: [{ image: "x", destination: "/i", layers }] });
  assert.deepEqual(mountOf("/l/1"), {
    destination: "/i",
    type: "bind",
    source: "/l/1",
    options: ["bind", "ro", "nodev"],
  });
  const { type, options } = mountOf("/l/2", "/l/1");
  assert.equal(type, "overlay");
  assert.deepEqual(options.slice(0, 1), ["lowerdir=/l/2:/l/1"]);
  assert.ok(options.includes("ro") && options.includes("nodev"));
  assert.match(mountOf().source, /once opened/);
});
