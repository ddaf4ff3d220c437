/**
 * What processes ask of devices, and three ways to answer: by the state that
 * rules come to, by the rules themselves, and as the kernel's controller of
 * cgroup v1 does, which is modelled here from how it behaves.
 *
 * @module
 * @see Linux security/device_cgroup.c
 */
import type { DeviceCgroupRule } from "../../lib/oci/linux_resources.ts";
import type {
  DeviceAccess,
  DeviceException,
} from "../../lib/runtime/cgroups/device_rules.ts";

/** Something one system call asks for. */
export interface DeviceRequest {
  readonly type: "c" | "b";
  readonly major: number;
  readonly minor: number;
  /** Letters of `rwm`; none is a mere look, such as access(2) makes. */
  readonly access: string;
}

const LETTERS = ["", "r", "w", "m", "rw", "rm", "wm", "rwm"];

/** Every combination of the numbers, with both types and all accesses. */
export function deviceRequests(
  majors: readonly number[],
  minors: readonly number[],
): DeviceRequest[] {
  return (["c", "b"] as const).flatMap((type) =>
    majors.flatMap((major) =>
      minors.flatMap((minor) =>
        LETTERS.map((access) => ({ type, major, minor, access }))
      )
    )
  );
}

/** Answers by the documentation of {@linkcode DeviceAccess}. */
export function isAllowed(
  { default: verdict, exceptions }: DeviceAccess,
  request: DeviceRequest,
): boolean {
  const applying = exceptions.filter((one) => isOf(request, one));
  const asked = [...request.access];
  return verdict === "deny"
    ? applying.some(({ access }) => asked.every((one) => access.includes(one)))
    : !applying.some(({ access }) => asked.some((one) => access.includes(one)));
}

/** Answers by the last rule that is about it; for one kind of access. */
export function isAllowedByLast(
  rules: readonly DeviceCgroupRule[],
  request: DeviceRequest,
): boolean {
  const last = rules.findLast((
    { type = "a", major, minor, access = "rwm" },
  ) =>
    type === "a" ||
    isOf(request, { type, major: major ?? "*", minor: minor ?? "*" }) &&
      access.includes(request.access)
  );
  return last?.allow ?? true;
}

function isOf(
  { type, major, minor }: DeviceRequest,
  of: Omit<DeviceException, "access">,
): boolean {
  return of.type === type && (of.major === "*" || of.major === major) &&
    (of.minor === "*" || of.minor === minor);
}

/** The controller of one cgroup without children, below one that allows all. */
export class DevicesController {
  #default: DeviceAccess["default"] = "allow";
  /** Access by type and numbers. */
  readonly #exceptions = new Map<string, Set<string>>();

  /** Takes a write to `devices.allow` or `devices.deny`. */
  write(file: string, text: string): void {
    const verdict = file === "devices.allow" ? "allow" : "deny";
    if (text === "a") {
      this.#default = verdict;
      this.#exceptions.clear();
      return;
    }
    const match = /^([cb] (?:\*|\d{1,10}):(?:\*|\d{1,10})) ([rwm]{0,3})$/.exec(
      text,
    );
    if (match === null) throw new Error(`EINVAL: ${text}`);
    const [, key = "", letters = ""] = match;
    const access = this.#exceptions.get(key);
    if (verdict !== this.#default) {
      this.#exceptions.set(key, new Set([...access ?? [], ...letters]));
      return;
    }
    for (const letter of letters) access?.delete(letter);
    if (access?.size === 0) this.#exceptions.delete(key);
  }

  /** Takes a rule, written as runtimes did before they folded rules. */
  writeRule(rule: DeviceCgroupRule): void {
    const { type = "a", major = "*", minor = "*", access = "rwm" } = rule;
    this.write(
      rule.allow ? "devices.allow" : "devices.deny",
      type === "a" ? "a" : `${type} ${major}:${minor} ${access}`,
    );
  }

  isAllowed(request: DeviceRequest): boolean {
    const exceptions = [...this.#exceptions].map(
      ([key, access]): DeviceException => {
        const [type, major, minor] = key.split(/[ :]/);
        return {
          type: type === "c" ? "c" : "b",
          major: major === "*" ? "*" : Number(major),
          minor: minor === "*" ? "*" : Number(minor),
          access: [...access].join(""),
        };
      },
    );
    return isAllowed({ default: this.#default, exceptions }, request);
  }
}
