/**
 * Reads a seccomp profile from JSON, in docker's form or that of a runtime
 * specification, which is a part of it.
 *
 * Members nobody knows are passed over, as docker does; whatever is known is
 * checked, for a rule misread is a hole in the policy.
 *
 * @module
 * @see docs.docker.com/engine/security/seccomp
 * @see runtime-spec 1.2, config-linux.md, "Seccomp"
 */
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { JsonValue } from "../../../base/json_value.ts";
import type {
  SeccompAction,
  SeccompArchitecture,
  SeccompFlag,
  SeccompOperator,
} from "../../../oci/linux_seccomp.ts";
import { MAX_ERRNO, MAX_TRACE_DATA } from "./action.ts";
import { FOREIGN_ARCHITECTURES, HOST_ARCHITECTURES } from "./architecture.ts";
import type {
  ArchitectureFamily,
  KernelVersion,
  ProfileArgument,
  ProfileCondition,
  ProfileRule,
  SeccompProfile,
} from "./profile.ts";

const ACTIONS: readonly SeccompAction[] = [
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_TRACE",
  "SCMP_ACT_LOG",
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_NOTIFY",
];

const ARCHITECTURES: readonly SeccompArchitecture[] = [
  "SCMP_ARCH_X86",
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X32",
  "SCMP_ARCH_ARM",
  "SCMP_ARCH_AARCH64",
];

const FLAGS: readonly SeccompFlag[] = [
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
];

const OPERATORS: readonly SeccompOperator[] = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
];

const ERRORS: Readonly<Record<string, number>> = ERRNO;

const LAST_ARGUMENT = 5;

/**
 * Reads a profile.
 *
 * @param text JSON: docker's form, or a runtime specification's
 * `linux.seccomp`.
 * @throws {SpecError} If it is not JSON, or not a profile that can be carried
 * out; `pointer` is the place.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const profile = parseSeccompProfile(`{
 *   "defaultAction": "SCMP_ACT_ALLOW",
 *   "syscalls": [{ "name": "mount", "action": "SCMP_ACT_ERRNO" }]
 * }`);
 * assert.deepEqual(profile.syscalls, [
 *   { names: ["mount"], action: "SCMP_ACT_ERRNO" },
 * ]);
 * ```
 */
export function parseSeccompProfile(text: string): SeccompProfile {
  const json = JsonValue.parse(text, "Cannot use the seccomp profile");
  const architectures = json.member("architectures");
  const archMap = json.member("archMap");
  if (architectures.elements().length > 0 && archMap.elements().length > 0) {
    archMap.refuse('contradicts "architectures": give one of them');
  }
  return defined<SeccompProfile>({
    defaultAction: actionOf(json.member("defaultAction")),
    defaultErrnoRet: errorOf(json, {
      action: "defaultAction",
      number: "defaultErrnoRet",
      name: "defaultErrno",
    }),
    architectures: architectures.optional(architecturesOf),
    archMap: archMap.optional(familiesOf),
    flags: json.member("flags").optional((flags) =>
      flags.elements().map((flag) => flag.oneOf(FLAGS, "a flag of seccomp"))
    ),
    syscalls: json.member("syscalls").elements().map(ruleOf),
  });
}

function ruleOf(json: JsonValue): ProfileRule {
  return defined<ProfileRule>({
    names: namesOf(json),
    action: actionOf(json.member("action")),
    errnoRet: errorOf(json, {
      action: "action",
      number: "errnoRet",
      name: "errno",
    }),
    args: json.member("args").optional((args) =>
      args.elements().map(argumentOf)
    ),
    comment: json.member("comment").optional(commentOf),
    includes: json.member("includes").optional(conditionOf),
    excludes: json.member("excludes").optional(conditionOf),
  });
}

function namesOf(json: JsonValue): string[] {
  const [name, names] = [json.member("name"), json.member("names")];
  const found = names.elements().map((one) => one.text());
  // Docker writes the member that it does not use as an empty string.
  if (name.value === undefined || name.value === "") {
    return found.length > 0 ? found : names.refuse("is empty");
  }
  if (found.length > 0) name.refuse('contradicts "names": give one of them');
  return [name.text()];
}

function actionOf(json: JsonValue): SeccompAction {
  const action = json.oneOf(ACTIONS, "an action of seccomp");
  if (action === "SCMP_ACT_NOTIFY") {
    json.refuse("needs a listener, and tsdocker has none");
  }
  return action;
}

/** Names of the members that say an action and its error. */
interface ErrorMembers {
  readonly action: string;
  readonly number: string;
  readonly name: string;
}

/** An error by number, or by the name that some engines write beside it. */
function errorOf(json: JsonValue, members: ErrorMembers): number | undefined {
  const number = json.member(members.number);
  const name = json.member(members.name);
  if (name.value !== undefined && name.value !== "") {
    const text = name.text();
    if (Object.hasOwn(ERRORS, text)) return ERRORS[text];
    name.refuse("is not the name of an error");
  }
  const isTracer = json.member(members.action).value === "SCMP_ACT_TRACE";
  return number.optional((value) =>
    value.integer(isTracer ? MAX_TRACE_DATA : MAX_ERRNO)
  );
}

function argumentOf(json: JsonValue): ProfileArgument {
  return defined<ProfileArgument>({
    index: json.member("index").integer(LAST_ARGUMENT),
    value: json.member("value").word(),
    valueTwo: json.member("valueTwo").optional((value) => value.word()),
    op: json.member("op").oneOf(OPERATORS, "an operator of seccomp"),
  });
}

/** The empty string is a comment too. */
function commentOf(json: JsonValue): string | undefined {
  return json.value === "" ? undefined : json.text();
}

function conditionOf(json: JsonValue): ProfileCondition {
  return defined<ProfileCondition>({
    caps: json.member("caps").optional((caps) =>
      caps.elements().map(capabilityOf)
    ),
    arches: json.member("arches").optional((arches) =>
      arches.elements().map((arch) =>
        arch.oneOf(HOST_ARCHITECTURES, "an architecture, such as amd64")
      )
    ),
    minKernel: json.member("minKernel").optional(kernelOf),
  });
}

/** Any name of the kernel's form: newer kernels have more of them. */
function capabilityOf(json: JsonValue): string {
  const name = json.text();
  return /^CAP_[A-Z_]+$/.test(name)
    ? name
    : json.refuse("is not a capability, such as CAP_SYS_ADMIN");
}

function kernelOf(json: JsonValue): KernelVersion | undefined {
  if (json.value === "") return undefined;
  const text = json.text();
  if (!/^\d{1,3}\.\d{1,3}$/.test(text)) {
    json.refuse("is not a kernel version, such as 4.8");
  }
  return text as KernelVersion;
}

/** Those that a host of ours may see; the others are known, and left out. */
function architecturesOf(json: JsonValue): SeccompArchitecture[] {
  return json.elements().map(architectureOf).filter((one) => one !== undefined);
}

function architectureOf(json: JsonValue): SeccompArchitecture | undefined {
  const name = json.oneOf(
    [...ARCHITECTURES, ...FOREIGN_ARCHITECTURES],
    "an architecture of seccomp",
  );
  return ARCHITECTURES.find((ours) => ours === name);
}

function familiesOf(json: JsonValue): ArchitectureFamily[] {
  return json.elements().flatMap((family) => {
    const architecture = architectureOf(family.member("architecture"));
    const subArchitectures = architecturesOf(family.member("subArchitectures"));
    return architecture === undefined
      ? []
      : [{ architecture, subArchitectures }];
  });
}

/** Members that are absent, left out. */
type Absent<T> = { [K in keyof T]: T[K] | undefined };

function defined<T extends object>(members: Absent<Required<T>>): T {
  const present = Object.entries(members).filter(([, value]) =>
    value !== undefined
  );
  return Object.fromEntries(present) as T;
}
