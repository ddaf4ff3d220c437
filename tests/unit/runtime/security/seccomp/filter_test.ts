/** @module */
import assert from "node:assert/strict";
import { CAPABILITY } from "../../../../../ffi/constants/capability.ts";
import { DEFAULT_CAPABILITIES } from "../../../../../lib/engine/capabilities.ts";
import { compileProfile } from "../../../../../lib/runtime/security/seccomp/compile_profile.ts";
import { DEFAULT_PROFILE } from "../../../../../lib/runtime/security/seccomp/default_profile.ts";
import { seccompFilter } from "../../../../../lib/runtime/security/seccomp/filter.ts";
import type {
  SeccompProfile,
} from "../../../../../lib/runtime/security/seccomp/profile.ts";
import type { SeccompContext } from "../../../../../lib/runtime/security/seccomp/resolve.ts";
import { renderDefaultFilter } from "../../../../../tools/seccomp.ts";
import { simulate } from "../../../../support/bpf_simulator.ts";

const FOLDER = new URL(
  "../../../../../lib/runtime/security/seccomp/",
  import.meta.url,
);
const AUDIT_ARCH_X86_64 = 0xc000003e;

const CONTEXT: SeccompContext = {
  capabilities: new Set(DEFAULT_CAPABILITIES),
  architecture: "x86_64",
  kernel: { major: 6, minor: 18 },
};

const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }],
};

function withFlags(
  ...flags: readonly (NonNullable<SeccompProfile["flags"]>[number])[]
): number {
  return compileProfile({ ...PROFILE, flags }, CONTEXT).flags;
}

Deno.test("default_filter.ts is what the compiler makes of the default profile", () => {
  // If this fails, run tools/seccomp.ts.
  assert.equal(
    Deno.readTextFileSync(new URL("default_filter.ts", FOLDER)),
    renderDefaultFilter(),
  );
});

for (const architecture of ["x86_64", "aarch64"] as const) {
  Deno.test(`seccompFilter() has the default filter of ${architecture} at once`, () => {
    const context = { ...CONTEXT, architecture };
    const filter = seccompFilter("default", context);
    assert.ok(!(filter instanceof Promise));
    assert.deepEqual(filter, compileProfile(DEFAULT_PROFILE, context));
  });
}

Deno.test("seccompFilter() has it too for capabilities that do not matter", () => {
  const expected = seccompFilter("default", CONTEXT);
  for (
    const capabilities of [
      [...DEFAULT_CAPABILITIES, "CAP_NET_ADMIN"],
      DEFAULT_CAPABILITIES.filter((name) => name !== "CAP_CHOWN"),
      ["CAP_SYS_CHROOT"],
    ]
  ) {
    const context = { ...CONTEXT, capabilities: new Set(capabilities) };
    assert.deepEqual(seccompFilter("default", context), expected);
    assert.deepEqual(compileProfile(DEFAULT_PROFILE, context), expected);
  }
});

Deno.test("seccompFilter() is right for every capability added or dropped", async () => {
  for (const name of Object.keys(CAPABILITY)) {
    const capabilities = new Set<string>(DEFAULT_CAPABILITIES);
    if (!capabilities.delete(name)) capabilities.add(name);
    const context = { ...CONTEXT, capabilities };
    assert.deepEqual(
      await seccompFilter("default", context),
      compileProfile(DEFAULT_PROFILE, context),
      name,
    );
  }
});

Deno.test("seccompFilter() compiles the user's profile, with ENOSYS for newer calls", async () => {
  const { program, flags } = await seccompFilter(PROFILE, CONTEXT);
  const judge = (nr: number): number =>
    simulate(program, { nr, arch: AUDIT_ARCH_X86_64, args: [] });
  assert.equal(judge(0), 0x7fff0000);
  assert.equal(judge(1), 0x50026);
  assert.equal(flags, 4);
});

Deno.test("compileProfile() passes the flags of a profile on, but for listeners'", () => {
  assert.equal(withFlags(), 0);
  assert.equal(withFlags("SECCOMP_FILTER_FLAG_TSYNC"), 1);
  assert.equal(
    withFlags("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
    6,
  );
  assert.equal(withFlags("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), 0);
});

/** Files that a module imports when it is evaluated, itself among them. */
function staticImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const url = new URL(name, FOLDER);
  const text = Deno.readTextFileSync(url);
  for (
    const [, path = ""] of text.matchAll(
      /^import (?!type\b)[^;]*? from "(\.[^"]+)";/gm,
    )
  ) {
    staticImports(new URL(path, url).href, found);
  }
  return found;
}

Deno.test("filter.ts imports the generated filter and nothing else", () => {
  assert.deepEqual(
    [...staticImports("filter.ts")].map((path) => path.split("/").at(-1)),
    ["filter.ts", "default_filter.ts"],
  );
});
