/**
 * Trying what a container's root needs, on the file system of `--root`: an
 * overlay that can be changed, and directories with mapped ids below one. All
 * mounts are made in a mount namespace of their own and go away with it.
 *
 * @module
 */
import { mkdirat, openat, rmdirat, unlinkat } from "../../../ffi/calls/file.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_CREAT,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import {
  MOUNT,
  MOUNT_ATTR as ATTRIBUTES,
  MOVE_MOUNT,
  OPEN_TREE,
} from "../../../ffi/constants/mount.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { UMOUNT } from "../../../ffi/constants/umount.ts";
import { Fd } from "../../../ffi/fd.ts";
import { MOUNT_ATTR } from "../../../ffi/structs.ts";
import { syscall, trySyscall } from "../../../ffi/syscall.ts";
import { removePath } from "../../base/remove_tree.ts";
import { PrivateMounts } from "../../runtime/rootfs/private_mounts.ts";
import { overlayOptions } from "../../storage/overlay.ts";
import { refusal } from "./attempt.ts";
import { trialPath } from "./existing_part.ts";
import type { Answer, IdMappingAnswers, OverlayAnswers } from "./host_probe.ts";

const WORKS: Answer = { kind: "works" };
/** What a trial takes, and something in its lower layer to remove. */
const DIRECTORIES = ["lower", "lower/directory", "upper", "work", "merged"];
const DIRECTORY_MODE = 0o755;

/** Mounts an overlay, and makes in it each kind of change that it records. */
export function tryOverlay(root: string): OverlayAnswers {
  const [mount, changes] = inPrivate(root, [
    mountOverlay,
    changeMerged,
  ]);
  return { mount, changes };
}

/**
 * Maps the ids of a directory, and puts an overlay on it.
 *
 * @param userNamespace One that has a mapping.
 */
export function tryIdMapping(
  root: string,
  userNamespace: Fd,
): IdMappingAnswers {
  const [mount, overlay] = inPrivate(root, [
    (place) => mapAll(place, userNamespace),
    mountOverlay,
  ]);
  return { mount, overlay };
}

/** Something to do in the directory made for a trial. */
type Stage = (place: string) => void;

/**
 * Does two things one after the other in a private mount namespace.
 *
 * @returns What came of each; the second is not done if the first fails. That
 * the way back is refused makes both of no use.
 */
function inPrivate(
  root: string,
  [first, second]: readonly [Stage, Stage],
): readonly [Answer, Answer] {
  try {
    using undo = new DisposableStack();
    const place = makePlace(root, undo);
    undo.use(new PrivateMounts());
    syscall("unshare", CLONE.CLONE_FS | CLONE.CLONE_NEWNS);
    syscall("mount", null, "/", null, MOUNT.MS_REC | MOUNT.MS_PRIVATE, null);
    // They would be in the way of removing the place if there is no way back.
    undo.defer(() => detach(place));
    first(place);
    try {
      second(place);
      return [WORKS, WORKS];
    } catch (error) {
      return [WORKS, refusal(error)];
    }
  } catch (error) {
    return [refusal(error), refusal(error)];
  }
}

function detach(place: string): void {
  for (const path of [`${place}/merged`, place]) {
    // EINVAL: nothing is mounted there.
    trySyscall("umount2", path, UMOUNT.MNT_DETACH);
  }
}

/** A new file, a whiteout, and a directory that hides what is below it. */
function changeMerged(place: string): void {
  const path = `${place}/merged/new`;
  using _file = openat(AT_FDCWD, path, O_CREAT | O_WRONLY, 0o600);
  unlinkat(AT_FDCWD, `${place}/merged/file`);
  rmdirat(AT_FDCWD, `${place}/merged/directory`);
  mkdirat(AT_FDCWD, `${place}/merged/directory`, DIRECTORY_MODE);
}

function makePlace(root: string, undo: DisposableStack): string {
  const place = trialPath(root);
  mkdirat(AT_FDCWD, place, 0o700);
  undo.defer(() => removePlace(place));
  for (const name of DIRECTORIES) {
    mkdirat(AT_FDCWD, `${place}/${name}`, DIRECTORY_MODE);
  }
  using _file = openat(
    AT_FDCWD,
    `${place}/lower/file`,
    O_CREAT | O_WRONLY,
    0o600,
  );
  return place;
}

/** Overlayfs leaves a directory of mode 0, which not every root can enter. */
function removePlace(place: string): void {
  try {
    Deno.chmodSync(`${place}/work/work`, 0o700);
  } catch (error) {
    // It was never mounted.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  removePath(place);
}

function mountOverlay(place: string): void {
  const options = overlayOptions({
    lower: [`${place}/lower`],
    upper: `${place}/upper`,
    work: `${place}/work`,
    changes: "discarded",
  });
  const data = options.join(",");
  syscall("mount", "overlay", `${place}/merged`, "overlay", 0, data);
}

/** Covers the place by itself with other owners. */
function mapAll(place: string, userNamespace: Fd): void {
  const clone = OPEN_TREE.OPEN_TREE_CLONE | O_CLOEXEC;
  using tree = new Fd(syscall("open_tree", AT_FDCWD, place, clone));
  const attributes = MOUNT_ATTR.encode({
    attr_set: BigInt(ATTRIBUTES.MOUNT_ATTR_IDMAP),
    userns_fd: BigInt(userNamespace.number),
  });
  syscall(
    "mount_setattr",
    tree.number,
    "",
    AT_EMPTY_PATH,
    attributes,
    attributes.length,
  );
  const whole = MOVE_MOUNT.MOVE_MOUNT_F_EMPTY_PATH;
  syscall("move_mount", tree.number, "", AT_FDCWD, place, whole);
}
