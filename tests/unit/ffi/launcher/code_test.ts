/** @module */
import assert from "node:assert/strict";
import { LITTLE_ENDIAN } from "../../../../ffi/endian.ts";
import { loadCode, SYMBOLS } from "../../../../ffi/launcher/code.ts";

/** The line of /proc/self/maps an address is in. */
function mappingOf(address: number): string {
  const line = Deno.readTextFileSync("/proc/self/maps").trim().split("\n")
    .find((text) => {
      const [start = "", end = ""] = (text.split(" ")[0] ?? "").split("-");
      return Number(`0x${start}`) <= address && address < Number(`0x${end}`);
    });
  return line ?? "";
}

Deno.test("loadCode() maps executable memory that cannot be written", () => {
  using code = loadCode();
  assert.match(mappingOf(code.address), / r-xp /);
});

Deno.test("loadCode() writes the pipe's descriptor where the handler reads it", () => {
  using code = loadCode(0x12345678);
  assert.equal(
    code.view.getInt32(SYMBOLS.signal_fd, LITTLE_ENDIAN),
    0x12345678,
  );
  using without = loadCode();
  assert.equal(without.view.getInt32(SYMBOLS.signal_fd, LITTLE_ENDIAN), -1);
});

Deno.test("loadCode() unmaps with its owner", () => {
  const code = loadCode();
  const { address } = code;
  code[Symbol.dispose]();
  assert.doesNotMatch(mappingOf(address), / r-xp /);
});
