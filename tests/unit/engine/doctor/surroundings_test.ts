/** @module */
import assert from "node:assert/strict";
import {
  checkOuterContainer,
  checkOuterUserNamespace,
  checkUser,
} from "../../../../lib/engine/doctor/surroundings.ts";
import {
  type FakeHost,
  fakeProbe,
  mountinfo,
} from "../../../support/fake_probe.ts";

Deno.test("checkUser() wants root", () => {
  assert.equal(checkUser(fakeProbe()).status, "ok");
  const result = checkUser(fakeProbe({ uid: 1000 }));
  assert.equal(result.status, "missing");
  assert.equal(result.detail, "user 1000, not root");
  assert.ok(result.stopsRun);
});

Deno.test("checkOuterContainer() believes the kernel's signs", () => {
  const cases: readonly (readonly [FakeHost, RegExp])[] = [
    [
      { files: { "/proc/1/environ": "A=b\0container=lxc\0" } },
      /container=lxc of process 1/,
    ],
    [
      { files: { "/proc/self/cgroup": "0::/docker/0123456789ab\n" } },
      /the cgroup 0::\/docker\/0123456789ab/,
    ],
    [
      { files: { "/proc/self/cgroup": "1:cpu:/\n2:pids:/kubepods/pod1\n" } },
      /the cgroup 2:pids:\/kubepods\/pod1/,
    ],
    [{ readLink: () => "pid:[4026532000]" }, /a pid namespace of its own/],
  ];
  for (const [host, sign] of cases) {
    const result = checkOuterContainer(fakeProbe(host));
    assert.equal(result.status, "degraded");
    assert.match(result.detail, sign);
    assert.equal(result.stopsRun, undefined);
  }
});

Deno.test("checkOuterContainer() takes two of the signs that images carry", () => {
  const mark = { "/.dockerenv": "" };
  const overlay = { "/proc/self/mountinfo": mountinfo("/ overlay") };
  const one = checkOuterContainer(fakeProbe({ files: mark }));
  assert.equal(one.status, "ok");
  assert.equal(one.detail, "none, though there is /.dockerenv of docker");
  const two = checkOuterContainer(
    fakeProbe({ files: { ...mark, ...overlay } }),
  );
  assert.equal(two.status, "degraded");
  assert.match(two.detail, /\/\.dockerenv of docker, an overlay as \/$/);
  const none = checkOuterContainer(fakeProbe());
  assert.deepEqual([none.status, none.detail], ["ok", "none"]);
});

Deno.test("checkOuterContainer() does not take `container=` for a sign", () => {
  const files = { "/proc/1/environ": "container=\0mycontainer=x\0" };
  assert.equal(checkOuterContainer(fakeProbe({ files })).status, "ok");
});

Deno.test("checkOuterUserNamespace() knows the first one by its mapping", () => {
  const check = (map: string | undefined): readonly string[] => {
    const probe = fakeProbe({ files: { "/proc/self/uid_map": map } });
    const { status, detail } = checkOuterUserNamespace(probe);
    return [status, detail];
  };
  assert.equal(check("  0   0  4294967295\n")[0], "ok");
  assert.deepEqual(check(undefined), ["ok", "this kernel has none"]);
  assert.deepEqual(check(" 0 1000 1\n 1 100000 65536\n"), [
    "degraded",
    "not the first one; it has the ids 0 1000 1, 1 100000 65536",
  ]);
});
