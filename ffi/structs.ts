/**
 * The kernel's structs that tsdocker reads and writes. They are the same on
 * both architectures.
 *
 * @module
 */
import { defineStruct } from "./struct.ts";

/** What clone3(2) takes, up to Linux 5.7. */
export const CLONE_ARGS = defineStruct("struct clone_args", "linux/sched.h", {
  flags: "u64",
  pidfd: "u64",
  child_tid: "u64",
  parent_tid: "u64",
  exit_signal: "u64",
  stack: "u64",
  stack_size: "u64",
  tls: "u64",
  set_tid: "u64",
  set_tid_size: "u64",
  cgroup: "u64",
});

/** The kernel's own signal action, not glibc's: rt_sigaction(2). */
export const SIGACTION = defineStruct("struct sigaction", "asm/signal.h", {
  sa_handler: "u64",
  sa_flags: "u64",
  sa_restorer: "u64",
  sa_mask: "u64",
});

/** The members of `siginfo_t` that waitid(2) fills. */
export const SIGINFO = defineStruct("siginfo_t", "asm/siginfo.h", {
  si_signo: "i32",
  si_errno: "i32",
  si_code: "i32",
  _pad: "i32",
  si_pid: "i32",
  si_uid: "u32",
  si_status: "i32",
  _rest: "u8[100]",
});

/** Seconds and nanoseconds. */
export const TIMESPEC = defineStruct(
  "struct __kernel_timespec",
  "linux/time_types.h",
  { tv_sec: "i64", tv_nsec: "i64" },
);

/** A limit of prlimit64(2). */
export const RLIMIT64 = defineStruct("struct rlimit64", "linux/resource.h", {
  rlim_cur: "u64",
  rlim_max: "u64",
});

/** What ppoll(2) waits for. */
export const POLLFD = defineStruct("struct pollfd", "asm/poll.h", {
  fd: "i32",
  events: "i16",
  revents: "i16",
});

/** The kernel's terminal settings: `TCGETS`, `TCSETS`. */
export const TERMIOS = defineStruct("struct termios", "asm/termbits.h", {
  c_iflag: "u32",
  c_oflag: "u32",
  c_cflag: "u32",
  c_lflag: "u32",
  c_line: "u8",
  c_cc: "u8[19]",
});

/** A terminal's size: `TIOCGWINSZ`, `TIOCSWINSZ`. */
export const WINSIZE = defineStruct("struct winsize", "asm/termios.h", {
  ws_row: "u16",
  ws_col: "u16",
  ws_xpixel: "u16",
  ws_ypixel: "u16",
});

/** A network interface and its flags: `SIOCGIFFLAGS`, `SIOCSIFFLAGS`. */
export const IFREQ = defineStruct("struct ifreq", "linux/if.h", {
  ifr_name: "u8[16]",
  ifr_flags: "i16",
  _union: "u8[6]",
  _rest: "u64",
  _end: "u64",
});

/** How openat2(2) opens and resolves. */
export const OPEN_HOW = defineStruct("struct open_how", "linux/openat2.h", {
  flags: "u64",
  mode: "u64",
  resolve: "u64",
});

/** What mount_setattr(2) changes. */
export const MOUNT_ATTR = defineStruct("struct mount_attr", "linux/mount.h", {
  attr_set: "u64",
  attr_clr: "u64",
  propagation: "u64",
  userns_fd: "u64",
});

/** How full a file system is: statfs(2). */
export const STATFS = defineStruct("struct statfs", "asm/statfs.h", {
  f_type: "i64",
  f_bsize: "i64",
  f_blocks: "u64",
  f_bfree: "u64",
  f_bavail: "u64",
  f_files: "u64",
  f_ffree: "u64",
  f_fsid: "u8[8]",
  f_namelen: "i64",
  f_frsize: "i64",
  f_flags: "i64",
  _spare: "u8[32]",
});

/** Whose capabilities: capget(2), capset(2). */
export const CAP_USER_HEADER = defineStruct(
  "struct __user_cap_header_struct",
  "linux/capability.h",
  { version: "u32", pid: "i32" },
);

/** One half of three capability sets; version 3 takes two of them. */
export const CAP_USER_DATA = defineStruct(
  "struct __user_cap_data_struct",
  "linux/capability.h",
  { effective: "u32", permitted: "u32", inheritable: "u32" },
);

/** An instruction of a seccomp filter. */
export const SOCK_FILTER = defineStruct(
  "struct sock_filter",
  "linux/filter.h",
  {
    code: "u16",
    jt: "u8",
    jf: "u8",
    k: "u32",
  },
);

/** A filter: how many instructions, and where. */
export const SOCK_FPROG = defineStruct("struct sock_fprog", "linux/filter.h", {
  len: "u16",
  filter: "u64",
});

/** What is known of a table of iptables. */
export const IPT_GETINFO = defineStruct(
  "struct ipt_getinfo",
  "linux/netfilter_ipv4/ip_tables.h",
  {
    name: "u8[32]",
    valid_hooks: "u32",
    // Five numbers each, one for each hook.
    _hook_entry: "u8[20]",
    _underflow_before: "u8[8]",
    _underflow_forward: "u32",
    _underflow_after: "u8[8]",
    num_entries: "u32",
    size: "u32",
  },
);

/** Which table's rules are asked for; they follow. */
export const IPT_GET_ENTRIES = defineStruct(
  "struct ipt_get_entries",
  "linux/netfilter_ipv4/ip_tables.h",
  { name: "u8[32]", size: "u32", _padding: "u32" },
);

/** A rule of iptables. */
export const IPT_ENTRY = defineStruct(
  "struct ipt_entry",
  "linux/netfilter_ipv4/ip_tables.h",
  {
    ip: "u8[84]",
    nfcache: "u32",
    target_offset: "u16",
    next_offset: "u16",
    comefrom: "u32",
    _packets: "u64",
    _bytes: "u64",
  },
);

/** A rule of ip6tables. */
export const IP6T_ENTRY = defineStruct(
  "struct ip6t_entry",
  "linux/netfilter_ipv6/ip6_tables.h",
  {
    ipv6: "u8[136]",
    nfcache: "u32",
    target_offset: "u16",
    next_offset: "u16",
    comefrom: "u32",
    _packets: "u64",
    _bytes: "u64",
  },
);

/** What a rule of iptables does; a verdict or a name follows. */
export const XT_STANDARD_TARGET = defineStruct(
  "struct xt_standard_target",
  "linux/netfilter/x_tables.h",
  {
    _target_size: "u16",
    _name: "u8[29]",
    _revision: "u8",
    verdict: "i32",
    _padding: "u32",
  },
);
