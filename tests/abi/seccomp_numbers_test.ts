/**
 * Compares the numbers of system calls that seccomp filters are made of with
 * the kernel's headers, and with libseccomp where it is installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { SeccompArchitecture } from "../../lib/oci/linux_seccomp.ts";
import { X32_SYSCALL_BIT } from "../../lib/runtime/security/seccomp/architecture.ts";
import { syscallNumbers } from "../../lib/runtime/security/seccomp/syscall_numbers.ts";
import {
  ARCHITECTURES,
  formatNumbers,
  readHeaders,
  withNewer,
} from "../../tools/seccomp.ts";

/** The newest call of the tables; headers may have newer ones. */
const NEWEST = 469;
const ARM_PRIVATE = 0xf0000;

/** libseccomp's program that tells the number of a call. */
const RESOLVER = "scmp_sys_resolver";
/** It tells this, or less, for a call that an architecture has not. */
const NO_NUMBER = -1;

/** Numbers without the bit of x32, as headers are read. */
function tableOf(architecture: SeccompArchitecture): Map<string, number> {
  const base = architecture === "SCMP_ARCH_X32" ? X32_SYSCALL_BIT : 0;
  return new Map(
    [...syscallNumbers(architecture)].map(([name, number]) => [
      name,
      number - base,
    ]),
  );
}

function isTooNew(
  architecture: SeccompArchitecture,
  number: number,
): boolean {
  // x32 has its own calls from 512 on.
  const end = architecture === "SCMP_ARCH_X32" ? 512 : ARM_PRIVATE;
  return number > NEWEST && number < end;
}

for (const architecture of ARCHITECTURES) {
  const claim = `the numbers of ${architecture} are the headers'`;
  const headers = await readHeaders(architecture);
  Deno.test({
    name: headers === undefined
      ? `${claim} (skipped: needs gcc and its kernel headers)`
      : claim,
    ignore: headers === undefined,
    fn: () => {
      const known = [...headers ?? []].filter(([, number]) =>
        !isTooNew(architecture, number)
      );
      assert.ok(known.length > 300, `only ${known.length} found`);
      assert.equal(
        formatNumbers(tableOf(architecture)),
        formatNumbers(withNewer(architecture, new Map(known))),
      );
    },
  });
}

const resolver = await resolveArm("read");

Deno.test({
  name: resolver === undefined
    ? `the numbers of ARM are libseccomp's (skipped: needs ${RESOLVER})`
    : "the numbers of ARM are libseccomp's",
  ignore: resolver === undefined,
  fn: async () => {
    // Of this architecture alone there may be no headers.
    let compared = 0;
    for (const [name, number] of tableOf("SCMP_ARCH_ARM")) {
      const found = await resolveArm(name);
      if (found === undefined || found <= NO_NUMBER) continue;
      assert.equal(number, found, name);
      compared++;
    }
    assert.ok(compared > 400, `only ${compared} compared`);
  },
});

/** libseccomp's number, or `undefined` if it is not installed. */
async function resolveArm(name: string): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command(RESOLVER, {
      args: ["-a", "arm", name],
    }).output();
    return Number(new TextDecoder().decode(stdout));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
