/**
 * A systemd unit that starts containers when the host starts.
 *
 * @module
 * @see systemd.service(5), "Command lines"; systemd.unit(5)
 */

/** What the unit has to know. */
export interface UnitOptions {
  /** Absolute path of tsdocker, and words that come before a command. */
  readonly program: readonly [string, ...string[]];
  /** Where containers are kept. */
  readonly root: string;
}

/**
 * The text of the unit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const unit = systemdUnit({ program: ["/usr/bin/tsdocker"], root: "/srv/c" });
 * assert.match(unit, /^ExecStart=-\/usr\/bin\/tsdocker boot$/m);
 * assert.match(unit, /^RequiresMountsFor=\/srv\/c$/m);
 * ```
 */
export function systemdUnit({ program, root }: UnitOptions): string {
  const command = program.map(unitWord).join(" ");
  return `# Written by "tsdocker generate systemd". To install it, as root:
#   tsdocker generate systemd >/etc/systemd/system/tsdocker.service
#   systemctl enable tsdocker
[Unit]
Description=Containers of tsdocker
Wants=network-online.target
After=network-online.target local-fs.target
RequiresMountsFor=${unitWord(root)}

[Service]
Type=oneshot
RemainAfterExit=yes
# With the dash, one container that cannot be started does not undo the others.
ExecStart=-${command} boot
ExecStop=${command} boot --stop
# Each container has a time of its own to stop in.
TimeoutSec=infinity
# Containers and their monitors are not the unit's to kill.
KillMode=process
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`;
}

/** A word as systemd reads it, with nothing in it expanded. */
function unitWord(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
