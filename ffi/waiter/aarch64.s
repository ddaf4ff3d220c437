// What waits for a container to be started, on aarch64, the twin of x86_64.s, which
// says what it does.
//
// Registers: x20 PROGRAM's argv, x21 envp, x22 its pid, x23 where signals are read;
// until it runs, x24 is the other end of the pipe. x19 and x25 are at hand.
        .set    BASE, 0x400000
        .set    STACK, 192
        .set    WAITING, 0
        .set    GIVEN, 8
        .set    POLLED, 16
        .set    ENDS, 32
        .set    NONE, 40
        .set    READ, 56
        .set    FIRST, 10
        .set    SIGHUP, 1
        .set    SIGCHLD, 17

elf:    .byte   0x7f, 'E', 'L', 'F', 2, 1, 1, 0
        .quad   0
        .short  2, 183                  // ET_EXEC, EM_AARCH64
        .long   1
        .quad   start - elf + BASE
        .quad   segments - elf
        .quad   0
        .long   0
        .short  64, 56, 2, 64, 0, 0
segments:
        .long   1, 5                    // PT_LOAD, readable and executable
        .quad   0, BASE, BASE, end - elf, end - elf, 0x10000
        .long   0x6474e551, 6           // PT_GNU_STACK, not executable
        .quad   0, 0, 0, 0, 0, 16

start:  ldr     x22, [sp]
        add     x20, sp, #16
        add     x21, x20, x22, lsl #3
        sub     sp, sp, #STACK
        mov     x0, sp
        add     x1, sp, #STACK
1:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    1b
        cmp     x22, #2
        b.lt    failed
        add     x0, sp, #ENDS
        mov     x1, #0x80000            // O_CLOEXEC
        mov     x8, #59                 // pipe2
        svc     #0
        tbnz    x0, #63, failed
        mov     x1, #1030               // F_DUPFD_CLOEXEC
        ldr     w0, [sp, #ENDS]
        bl      raise
        str     w0, [sp, #POLLED]
        mov     x1, #0                  // F_DUPFD: PROGRAM inherits it
        ldr     w0, [sp, #ENDS+4]
        bl      raise
        mov     x24, x0

// The number, into an argument of seven zeros.
        ldr     x2, zeros
        mov     x1, x20
1:      ldr     x0, [x1], #8
        cbz     x0, 2f
        ldr     x3, [x0]                // more than that follows every argument
        cmp     x3, x2
        b.ne    1b
        mov     x3, x24
        mov     x4, #10
        add     x0, x0, #6
1:      udiv    x5, x3, x4
        msub    x6, x5, x4, x3
        add     x6, x6, #'0'
        strb    w6, [x0], #-1
        mov     x3, x5
        cbnz    x3, 1b

// An ignored SIGCHLD, inherited, would reap the child behind our back.
2:      mov     x0, #SIGCHLD
        bl      default
// From here on no signal is lost, but those that stop a job and let it go on do
// what they always do.
        mov     x0, #0x3a0000           // SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU
        mvn     x0, x0
        str     x0, [sp, #WAITING]
        mov     x1, sp
        add     x2, sp, #GIVEN
        bl      mask
        mov     x0, #-1
        mov     x1, sp
        mov     x2, #8
        mov     x3, #0x80000            // SFD_CLOEXEC
        mov     x8, #74                 // signalfd4
        svc     #0
        tbnz    x0, #63, failed
        str     w0, [sp, #POLLED+8]
        mov     x23, x0
        mov     w0, #1                  // POLLIN
        strh    w0, [sp, #POLLED+4]
        strh    w0, [sp, #POLLED+12]
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
        mov     x0, x24                 // so that the last end is PROGRAM's
        mov     x8, #57                 // close
        svc     #0

wait:   mov     x2, #0
        mov     x1, #2
        bl      poll
        b.le    wait
        ldrh    w0, [sp, #POLLED+6]
        cbnz    w0, told
        mov     x0, x23
        add     x1, sp, #READ
        mov     x2, #128
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #128
        b.ne    wait
        ldr     w25, [sp, #READ]        // ssi_signo
        cmp     x25, #SIGCHLD
        b.eq    ended
        mov     x0, #0
        bl      group
        mov     x19, x0
        mov     x0, x22
        bl      group
        cmp     x0, x19
        b.ne    ours
        cmp     x25, #SIGHUP            // of it the first of a session alone hears
        b.eq    1f
        ldr     w0, [sp, #READ+8]       // ssi_code
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
ended:  add     x2, sp, #NONE
        mov     x1, #1
        bl      poll
        b.le    reap
told:   ldr     w0, [sp, #POLLED]
        add     x1, sp, #READ
        mov     x2, #1
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #0
        b.lt    wait
        ldrb    w0, [sp, #READ]
        b.gt    exit
        mov     w0, #-1
        str     w0, [sp, #POLLED]
reap:   mov     x0, x22
        add     x1, sp, #ENDS
        mov     x2, #1                  // WNOHANG
        mov     x3, #0
        mov     x8, #260                // wait4
        svc     #0
        cbz     x0, wait
        tbnz    x0, #63, failed
        ldr     w1, [sp, #ENDS]
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

child:  add     x1, sp, #GIVEN
        mov     x2, #0
        bl      mask
        ldr     x0, [x20]
        mov     x1, x20
        mov     x2, x21
        mov     x8, #221                // execve
        svc     #0
failed: mov     x0, #2
        adr     x1, failure
        mov     x2, #end - failure
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #125
        b       exit

// poll: looks for as long as x2 says, at x1 of the two; compares the count with 0.
poll:   add     x0, sp, #POLLED
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
        add     x1, sp, #READ
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
        add     x1, sp, #NONE
        mov     x2, #0
        bl      mask
        mov     x8, #172                // getpid
        svc     #0
        mov     x1, x9
        mov     x8, #129                // kill
        svc     #0
        mov     x30, x10
        mov     x1, sp
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
failure:
        .ascii  "tsdocker: Cannot start: the program cannot be executed, or no more processes or descriptors can be had\n"
end:
