// The part of aarch64.s that waits, the twin of x86_64_wait.s.
//
// In the parent x25 is a signal, and x26 is at hand.

        add     x0, x19, #ENDS
        mov     x1, #0x80000            // O_CLOEXEC
        mov     x8, #59                 // pipe2
        svc     #0
        tbnz    x0, #63, failed
        mov     x1, #1030               // F_DUPFD_CLOEXEC
        ldr     w0, [x19, #ENDS]
        bl      raise
        str     w0, [x19, #POLLED]
        mov     x1, #0                  // F_DUPFD: the child's program inherits it
        ldr     w0, [x19, #ENDS+4]
        bl      raise
        mov     x24, x0
        ldr     x2, zeros
        str     x2, [x19, #NUMBER]
        add     x1, x19, #NUMBER+6
        mov     x4, #10
1:      udiv    x5, x0, x4
        msub    x6, x5, x4, x0
        add     x6, x6, #'0'
        strb    w6, [x1], #-1
        mov     x0, x5
        cbnz    x0, 1b

// An ignored SIGCHLD, inherited, would reap the child behind our back.
        mov     x0, #SIGCHLD
        bl      default
// From here on no signal is lost, but those that stop a job and let it go on do
// what they always do.
        mov     x0, #0x3a0000           // SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU
        mvn     x0, x0
        str     x0, [x19, #WAITING]
        mov     x1, x19
        add     x2, x19, #GIVEN
        bl      mask
        mov     x0, #-1
        mov     x1, x19
        mov     x2, #8
        mov     x3, #0x80000            // SFD_CLOEXEC
        mov     x8, #74                 // signalfd4
        svc     #0
        tbnz    x0, #63, failed
        str     w0, [x19, #POLLED+8]
        mov     x23, x0
        mov     w0, #1                  // POLLIN
        strh    w0, [x19, #POLLED+4]
        strh    w0, [x19, #POLLED+12]
        mov     x0, #0x4111             // CLONE_VM, CLONE_VFORK, SIGCHLD
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #220                // clone
        svc     #0
        cbz     x0, child
        tbnz    x0, #63, failed
        mov     x22, x0
        mov     x0, x24                 // so that the last end is the child's
        mov     x8, #57                 // close
        svc     #0

wait:   mov     x2, #0
        mov     x1, #2
        bl      poll
        b.le    wait
        ldrh    w0, [x19, #POLLED+6]
        cbnz    w0, told
        mov     x0, x23
        add     x1, x19, #READ
        mov     x2, #128
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #128
        b.ne    wait
        ldr     w25, [x19, #READ]        // ssi_signo
        cmp     x25, #SIGCHLD
        b.eq    ended
        mov     x0, #0
        bl      group
        mov     x26, x0
        mov     x0, x22
        bl      group
        cmp     x0, x26
        b.ne    ours
        cmp     x25, #SIGHUP            // of it the first of a session alone hears
        b.eq    1f
        ldr     w0, [x19, #READ+8]       // ssi_code
        cmp     w0, #0
        b.gt    wait                    // the kernel's, to all of the group
1:      mov     x0, x22
        mov     x1, x25
        mov     x8, #129                // kill
        svc     #0
        b       wait
ours:   mov     x0, x25
        bl      suffer
        b       wait

// What it has said before it ended counts.
ended:  add     x2, x19, #NONE
        mov     x1, #1
        bl      poll
        b.le    reap
told:   ldr     w0, [x19, #POLLED]
        add     x1, x19, #READ
        mov     x2, #1
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #0
        b.lt    wait
        ldrb    w0, [x19, #READ]
        b.gt    exit
        mov     w0, #-1
        str     w0, [x19, #POLLED]
reap:   mov     x0, x22
        add     x1, x19, #ENDS
        mov     x2, #1                  // WNOHANG
        mov     x3, #0
        mov     x8, #260                // wait4
        svc     #0
        cbz     x0, wait
        tbnz    x0, #63, failed
        ldr     w1, [x19, #ENDS]
        ubfx    w0, w1, #8, #8
        ands    w25, w1, #0x7f
        b.eq    exit
        mov     x0, #4                  // PR_SET_DUMPABLE: one core is enough
        mov     x1, #0
        mov     x8, #167                // prctl
        svc     #0
        mov     x0, x25
        bl      default
        mov     x0, x25
        bl      suffer
        add     x0, x25, #128
exit:   mov     x8, #94                 // exit_group
        svc     #0
        udf     #0

// poll: looks for as long as x2 says, at x1 of the two; compares the count with 0.
poll:   add     x0, x19, #POLLED
        mov     x3, #0
        mov     x8, #73                 // ppoll
        svc     #0
        cmp     x0, #0
        ret

// raise: the descriptor x0 again, as x1 says, under a higher number; in x0.
raise:  mov     x9, x0
        mov     x2, #FIRST
        mov     x8, #25                 // fcntl
        svc     #0
        tbnz    x0, #63, failed
        mov     x10, x0
        mov     x0, x9
        mov     x8, #57                 // close
        svc     #0
        mov     x0, x10
        ret

// default: the signal x0 is neither ignored nor handled.
default:
        add     x1, x19, #READ
        stp     xzr, xzr, [x1]
        stp     xzr, xzr, [x1, #16]
        mov     x2, #0
        mov     x3, #8
        mov     x8, #134                // rt_sigaction
        svc     #0
        ret

// suffer: the signal x0 is sent to ourselves, does what it does, and is awaited.
suffer: mov     x9, x0
        mov     x10, x30
        add     x1, x19, #NONE
        mov     x2, #0
        bl      mask
        mov     x8, #172                // getpid
        svc     #0
        mov     x1, x9
        mov     x8, #129                // kill
        svc     #0
        mov     x30, x10
        mov     x1, x19
        mov     x2, #0
// mask: the signal mask at x1; the one before goes to x2.
mask:   mov     x0, #2                  // SIG_SETMASK
        mov     x3, #8
        mov     x8, #135                // rt_sigprocmask
        svc     #0
        ret

// group: the process group of x0, in x0.
group:  mov     x8, #155                // getpgid
        svc     #0
        ret

zeros:  .asciz  "0000000"
