/**
 * The system calls that a capability opens.
 *
 * The kernel asks for the capability as well, but of some of them only within a
 * user namespace, which anybody can make; and a call that cannot be made at all
 * cannot be attacked.
 *
 * @module
 * @see capabilities(7)
 */
import type { CapabilityName } from "../../../../../ffi/constants/capability.ts";
import { calls } from "./calls.ts";

/** Calls by the capability that allows them, whatever their arguments. */
export const CAPABILITY_CALLS: Readonly<
  Partial<Record<CapabilityName, readonly string[]>>
> = {
  // A handle names a file wherever it is, outside of the container's root too.
  CAP_DAC_READ_SEARCH: calls("open_by_handle_at"),
  CAP_SYS_MODULE: calls("init_module finit_module delete_module"),
  CAP_SYS_RAWIO: calls("iopl ioperm"),
  CAP_SYS_CHROOT: calls("chroot"),
  // Those that look into one's own processes only are open to all.
  CAP_SYS_PTRACE: calls("kcmp pidfd_getfd process_madvise"),
  CAP_SYS_PACCT: calls("acct"),
  CAP_SYS_ADMIN: calls(`
    clone clone3 unshare setns
    mount umount umount2 fsopen fsconfig fsmount fspick
    open_tree move_mount mount_setattr quotactl quotactl_fd
    sethostname setdomainname syslog
    bpf perf_event_open fanotify_init lookup_dcookie
    lsm_get_self_attr lsm_set_self_attr lsm_list_modules`),
  CAP_SYS_BOOT: calls("reboot"),
  CAP_SYS_NICE: calls(`
    get_mempolicy set_mempolicy set_mempolicy_home_node mbind`),
  CAP_SYS_TIME: calls("settimeofday stime clock_settime clock_settime64"),
  CAP_SYS_TTY_CONFIG: calls("vhangup"),
  CAP_SYSLOG: calls("syslog"),
  CAP_PERFMON: calls("perf_event_open"),
  CAP_BPF: calls("bpf"),
};
