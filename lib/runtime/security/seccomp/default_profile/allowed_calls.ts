/**
 * The system calls that every container may make, by what they are for.
 *
 * They are all an ordinary program needs: what they reach, the kernel checks
 * by permissions, capabilities and namespaces. A call with a `32` or `64` in
 * its name, or an underscore before it, is how one of the architectures has
 * another; those that it does not have are passed over.
 *
 * @module
 * @see syscalls(2)
 */
import { calls } from "./calls.ts";

/** Starting programs, and descriptors in general. */
const DESCRIPTORS = calls(`
  open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64
  ioctl flock pipe pipe2 memfd_create memfd_secret`);

/** What is read and written, and where in a file. */
const READING_AND_WRITING = calls(`
  read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2
  lseek _llseek readahead fadvise64 fadvise64_64 cachestat
  splice tee vmsplice sendfile sendfile64 copy_file_range
  truncate truncate64 ftruncate ftruncate64 fallocate
  sync syncfs fsync fdatasync sync_file_range`);

/** Names in the tree of files, and working in it. */
const PATHS = calls(`
  chdir fchdir getcwd getdents getdents64 mkdir mkdirat rmdir
  link linkat symlink symlinkat readlink readlinkat unlink unlinkat
  rename renameat renameat2 mknod mknodat name_to_handle_at
  inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark`);

/** Owners, modes, times and attributes of files. */
const ATTRIBUTES = calls(`
  stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx
  statfs statfs64 fstatfs fstatfs64 statmount listmount
  access faccessat faccessat2 umask chmod fchmod fchmodat fchmodat2
  chown chown32 fchown fchown32 lchown lchown32 fchownat
  utime utimes futimesat utimensat utimensat_time64
  getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr
  setxattrat listxattr llistxattr flistxattr listxattrat
  removexattr lremovexattr fremovexattr removexattrat`);

/** Waiting for one of many, and the older kind of asynchronous input. */
const WAITING = calls(`
  poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old
  epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4
  io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents
  io_pgetevents_time64`);

/** A process's own memory. */
const MEMORY = calls(`
  brk mmap mmap2 munmap mremap mprotect msync madvise mincore mseal
  remap_file_pages mlock mlock2 mlockall munlock munlockall
  pkey_alloc pkey_free pkey_mprotect membarrier map_shadow_stack
  process_mrelease`);

/** Making processes and threads, and their end. */
const PROCESSES = calls(`
  fork vfork execve execveat exit exit_group wait4 waitid waitpid
  getpid getppid gettid getpgid setpgid getpgrp getsid setsid pidfd_open
  set_tid_address set_thread_area get_thread_area set_robust_list
  get_robust_list rseq restart_syscall prctl uretprobe`);

/**
 * Looking into processes of one's own. Before Linux 4.8 a tracer could change
 * a call after the filter had judged it; we need a newer one anyway.
 */
const TRACING = calls("ptrace process_vm_readv process_vm_writev");

/** Locks that threads and processes share. */
const LOCKS = calls(
  "futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue",
);

/** Who a process is, and what it may do; never more than it was given. */
const CREDENTIALS = calls(`
  getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32
  getresuid getresuid32 getresgid getresgid32 getgroups getgroups32
  setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32
  setresuid setresuid32 setresgid setresgid32 setgroups setgroups32
  setfsuid setfsuid32 setfsgid setfsgid32 capget capset`);

/** Giving up more of what one may do. */
const SANDBOXING = calls(`
  seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self`);

/** Signals. */
const SIGNALS = calls(`
  kill tkill tgkill pidfd_send_signal pause sigaltstack sigprocmask sigreturn
  rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_tgsigqueueinfo
  rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64`);

/** Clocks and timers. Setting a clock by these takes CAP_SYS_TIME as well. */
const TIME = calls(`
  time gettimeofday clock_gettime clock_gettime64 clock_getres
  clock_getres_time64 adjtimex clock_adjtime clock_adjtime64
  nanosleep clock_nanosleep clock_nanosleep_time64 alarm getitimer setitimer
  timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
  timer_settime timer_settime64 timerfd_create timerfd_gettime
  timerfd_gettime64 timerfd_settime timerfd_settime64 times`);

/** Shares of the processor, and limits. */
const SCHEDULING = calls(`
  sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr
  sched_getparam sched_setparam sched_getscheduler sched_setscheduler
  sched_get_priority_max sched_get_priority_min sched_rr_get_interval
  sched_rr_get_interval_time64 getpriority setpriority ioprio_get ioprio_set
  getrlimit ugetrlimit setrlimit prlimit64 getrusage`);

/** What is true of the machine. */
const SYSTEM = calls("uname sysinfo getcpu getrandom");

/** Queues, semaphores and memory of System V and of POSIX. */
const MESSAGES = calls(`
  ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop
  semtimedop_time64 shmat shmctl shmdt shmget
  mq_open mq_unlink mq_getsetattr mq_notify mq_timedsend mq_timedsend_time64
  mq_timedreceive mq_timedreceive_time64`);

/**
 * Sockets; which families socket(2) makes is another rule. `socketcall` is all
 * of them in one, for 32-bit programs: its arguments lie in memory, where no
 * filter can see them.
 */
const SOCKETS = calls(`
  socketcall socketpair bind listen accept accept4 connect shutdown
  getsockname getpeername getsockopt setsockopt
  send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64`);

/** Allowed without a condition. */
export const ALLOWED_CALLS: readonly string[] = [
  ...DESCRIPTORS,
  ...READING_AND_WRITING,
  ...PATHS,
  ...ATTRIBUTES,
  ...WAITING,
  ...MEMORY,
  ...PROCESSES,
  ...TRACING,
  ...LOCKS,
  ...CREDENTIALS,
  ...SANDBOXING,
  ...SIGNALS,
  ...TIME,
  ...SCHEDULING,
  ...SYSTEM,
  ...MESSAGES,
  ...SOCKETS,
];
