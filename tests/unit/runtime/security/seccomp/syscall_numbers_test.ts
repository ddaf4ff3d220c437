/** @module */
import assert from "node:assert/strict";
import { AARCH64 } from "../../../../../ffi/arch/aarch64.ts";
import { X86_64 } from "../../../../../ffi/arch/x86_64.ts";
import type { SeccompArchitecture } from "../../../../../lib/oci/linux_seccomp.ts";
import { syscallNumbers } from "../../../../../lib/runtime/security/seccomp/syscall_numbers.ts";

const ARCHITECTURES: readonly SeccompArchitecture[] = [
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X86",
  "SCMP_ARCH_X32",
  "SCMP_ARCH_AARCH64",
  "SCMP_ARCH_ARM",
];

const CASES: readonly [SeccompArchitecture, string, number | undefined][] = [
  ["SCMP_ARCH_X86_64", "read", 0],
  ["SCMP_ARCH_X86_64", "uprobe", 336],
  ["SCMP_ARCH_X86_64", "pidfd_send_signal", 424],
  ["SCMP_ARCH_X86_64", "file_setattr", 469],
  ["SCMP_ARCH_X86_64", "socketcall", undefined],
  ["SCMP_ARCH_X86", "socketcall", 102],
  ["SCMP_ARCH_X86", "shutdown", 373],
  ["SCMP_ARCH_X32", "read", 0x40000000],
  ["SCMP_ARCH_X32", "execve", 0x40000000 + 520],
  ["SCMP_ARCH_X32", "map_shadow_stack", undefined],
  ["SCMP_ARCH_AARCH64", "io_setup", 0],
  ["SCMP_ARCH_AARCH64", "open", undefined],
  ["SCMP_ARCH_ARM", "arm_fadvise64_64", 270],
  ["SCMP_ARCH_ARM", "sync_file_range2", 341],
  ["SCMP_ARCH_ARM", "breakpoint", 0xf0001],
  ["SCMP_ARCH_ARM", "set_tls", 0xf0005],
  ["SCMP_ARCH_ARM", "memfd_secret", undefined],
];

for (const [architecture, name, number] of CASES) {
  Deno.test(`syscallNumbers() has ${name} of ${architecture} at ${number}`, () => {
    assert.equal(syscallNumbers(architecture).get(name), number);
  });
}

Deno.test("syscallNumbers() knows the calls that tsdocker itself makes", () => {
  for (
    const [architecture, table] of [
      ["SCMP_ARCH_X86_64", X86_64],
      ["SCMP_ARCH_AARCH64", AARCH64],
    ] as const
  ) {
    const numbers = syscallNumbers(architecture);
    for (const [name, number] of Object.entries(table)) {
      assert.equal(numbers.get(name), number, `${architecture} ${name}`);
    }
  }
});

Deno.test("syscallNumbers() is the same everywhere from 424 on", () => {
  const common = [...syscallNumbers("SCMP_ARCH_AARCH64")].filter(([, number]) =>
    number >= 424
  );
  assert.equal(common.length, 469 - 424 + 1);
  for (const architecture of ARCHITECTURES) {
    const numbers = syscallNumbers(architecture);
    const base = architecture === "SCMP_ARCH_X32" ? 0x40000000 : 0;
    for (const [name, number] of common) {
      const found = numbers.get(name);
      if (found === undefined) {
        assert.match(name, /^(?:memfd_secret|map_shadow_stack)$/);
      } else assert.equal(found - base, number, `${architecture} ${name}`);
    }
  }
});
