/**
 * The unit says what systemd is to do, whatever the paths are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemdUnit } from "../../../../lib/cli/output/systemd_unit.ts";

function settings(unit: string): Map<string, string> {
  const lines = unit.split("\n").filter((line) => /^\w+=/.test(line));
  return new Map(lines.map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)];
  }));
}

Deno.test("systemdUnit() starts at boot and stops at shutdown", () => {
  const unit = systemdUnit({
    program: ["/usr/bin/tsdocker", "--root", "/srv/c"],
    root: "/srv/c",
  });
  const found = settings(unit);
  assert.equal(found.get("ExecStart"), "-/usr/bin/tsdocker --root /srv/c boot");
  assert.equal(
    found.get("ExecStop"),
    "/usr/bin/tsdocker --root /srv/c boot --stop",
  );
  assert.equal(found.get("RemainAfterExit"), "yes");
  assert.equal(found.get("KillMode"), "process");
  assert.equal(found.get("WantedBy"), "multi-user.target");
  const sections = [...unit.matchAll(/^\[(\w+)\]$/gm)].map(([, name]) => name);
  assert.deepEqual(sections, ["Unit", "Service", "Install"]);
});

Deno.test("systemdUnit() quotes what systemd would expand", () => {
  const root = '/a b/%h/$HOME/"q"\\';
  const found = settings(systemdUnit({ program: ["/x", root], root }));
  assert.equal(
    found.get("ExecStart"),
    String.raw`-/x "/a b/%%h/$$HOME/\"q\"\\" boot`,
  );
});
