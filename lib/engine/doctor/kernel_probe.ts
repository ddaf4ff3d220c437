/**
 * The host that tsdocker really runs on, as a {@linkcode HostProbe}.
 *
 * @module
 */
import { mkdirat, rmdirat } from "../../../ffi/calls/file.ts";
import { statfs } from "../../../ffi/calls/file_system.ts";
import {
  getRlimit,
  permittedCapabilities,
  type ResourceLimit,
} from "../../../ffi/calls/credentials.ts";
import { CAPABILITY } from "../../../ffi/constants/capability.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import type { RlimitName } from "../../../ffi/constants/resource.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import { trySyscall } from "../../../ffi/syscall.ts";
import { buildInfo } from "../../base/build_info.ts";
import type { HostRoots } from "../../base/host_paths.ts";
import type { DropAdvice } from "../../network/foreign_drops.ts";
import {
  type CgroupSurvey,
  surveyCgroups,
} from "../../runtime/cgroups/survey.ts";
import { attemptInChild, attemptOnThread, refusal } from "./attempt.ts";
import { tryCgroup } from "./cgroup_trial.ts";
import { existingPart, trialPath } from "./existing_part.ts";
import type {
  Answer,
  CapabilitySets,
  FreeSpace,
  HostProbe,
  IdMappingAnswers,
  OverlayAnswers,
  Trial,
} from "./host_probe.ts";
import { findFirewalls, tryBridge } from "./network_trial.ts";
import { tryNftables } from "./nftables_trial.ts";
import { tryIdMapping, tryOverlay } from "./overlay_trial.ts";
import { openMappedUserNamespace } from "./user_namespace_trial.ts";

/** Where the cgroup of a container would be that has asked for nothing. */
const CGROUPS_PATH = "/tsdocker/doctor";

/** Asks the kernel. All calls block the calling thread, for milliseconds. */
export class KernelProbe implements HostProbe, Disposable {
  readonly kernel: string = Deno.osRelease();
  readonly uid: number = Deno.uid() ?? 0;
  readonly program: HostProbe["program"] = {
    kind: buildInfo().kind,
    directory: Deno.execPath().replace(/\/[^/]*$/, ""),
  };
  /** Absent where machine code cannot be executed, or launches nothing. */
  readonly #launcher: NativeLauncher | undefined;
  readonly #native: Answer;

  /** @param roots Where tsdocker keeps its files. */
  constructor(readonly roots: HostRoots) {
    try {
      using undo = new DisposableStack();
      const launcher = undo.use(new NativeLauncher());
      this.#native = attemptInChild(launcher, {});
      if (this.#native.kind === "works") {
        this.#launcher = launcher;
        undo.move();
      }
    } catch (error) {
      if (!isSyscallError(error)) throw error;
      this.#native = refusal(error);
    }
  }

  readText(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      // Whatever the reason, nothing can be learned from it.
      return undefined;
    }
  }

  readLink(path: string): string | undefined {
    try {
      return Deno.readLinkSync(path);
    } catch {
      // As above.
      return undefined;
    }
  }

  exists(path: string): boolean {
    try {
      Deno.lstatSync(path);
      return true;
    } catch {
      // What cannot be reached is as good as absent.
      return false;
    }
  }

  capabilities(): CapabilitySets {
    let bounding = 0n;
    for (const number of Object.values(CAPABILITY)) {
      const answer = trySyscall("prctl", PRCTL.PR_CAPBSET_READ, number);
      // Unknown ones are an error.
      if (answer === 1) bounding |= 1n << BigInt(number);
    }
    return { permitted: permittedCapabilities(), bounding };
  }

  limit(name: RlimitName): ResourceLimit {
    return getRlimit(name);
  }

  space(path: string): FreeSpace | undefined {
    try {
      const { availableBytes, ...rest } = statfs(existingPart(path));
      return { freeBytes: availableBytes, ...rest };
    } catch (error) {
      if (!isSyscallError(error)) throw error;
      return undefined;
    }
  }

  makeDirectory(path: string): Answer {
    const place = trialPath(path);
    try {
      mkdirat(AT_FDCWD, place, 0o700);
      rmdirat(AT_FDCWD, place);
      return { kind: "works" };
    } catch (error) {
      return refusal(error);
    }
  }

  launchNatively(): Answer {
    return this.#native;
  }

  attempt(trial: Trial): Answer {
    return this.#launcher === undefined
      ? attemptOnThread(trial, this.#untried)
      : attemptInChild(this.#launcher, trial);
  }

  mountOverlay(): OverlayAnswers {
    return tryOverlay(this.roots.root);
  }

  mapIds(): IdMappingAnswers {
    if (this.#launcher === undefined) {
      const untried: Answer = { kind: "untried", reason: this.#untried };
      return { mount: untried, overlay: untried };
    }
    try {
      using namespace = openMappedUserNamespace(this.#launcher);
      return tryIdMapping(this.roots.root, namespace);
    } catch (error) {
      return { mount: refusal(error), overlay: refusal(error) };
    }
  }

  surveyCgroups(): CgroupSurvey {
    return surveyCgroups(CGROUPS_PATH);
  }

  makeCgroup(parent: string): Answer {
    return tryCgroup(parent);
  }

  askNftables(): Answer {
    return tryNftables();
  }

  makeBridge(): Answer {
    return tryBridge();
  }

  findFirewalls(): readonly DropAdvice[] {
    return findFirewalls();
  }

  get #untried(): string {
    return "it takes the native launcher";
  }

  /** Unmaps the machine code. */
  [Symbol.dispose](): void {
    this.#launcher?.[Symbol.dispose]();
  }
}
