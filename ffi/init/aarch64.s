// What executes a container's program on aarch64, the twin of x86_64.s, which
// says what it does.
//
// Registers: x19 our own name, then COMMAND's, x20 its argv, x21 envp, x22 the
// child's pid (on the way to COMMAND the error to report), x24 the name's length
// and one.
        .set    BASE, 0x400000
        .set    STACK, 8192             // scratch words, then a path
        .set    ENOENT, 2
        .set    EBADF, 9
        .set    EACCES, 13
        .set    ENOTDIR, 20
        .set    SIGKILL, 9
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

start:  ldp     x22, x19, [sp]
        add     x20, sp, #16
        add     x21, x20, x22, lsl #3
        sub     sp, sp, #STACK
        mov     x0, #3
        mov     x1, #2                  // F_SETFD
        mov     x2, #1                  // FD_CLOEXEC
        mov     x8, #25                 // fcntl
        svc     #0
        cbz     x0, 1f
        cmn     x0, #EBADF
        b.eq    refuse
        mov     x0, #3
        mov     x1, #0x5451             // FIOCLEX, if seccomp forbids fcntl
        mov     x8, #29                 // ioctl
        svc     #0
        cbnz    x0, failed              // COMMAND would inherit it
1:      mov     x0, #ENOENT
        cmp     x22, #2
        b.lt    report
        ldrb    w2, [x19]               // bytes: a string may end anywhere
        cmp     w2, #'e'
        b.ne    1f
        ldrb    w2, [x19, #1]
        cmp     w2, #'x'
        b.ne    1f
        ldrb    w2, [x19, #2]
        cmp     w2, #'e'
        b.ne    1f
        ldrb    w2, [x19, #3]
        cmp     w2, #'c'
        b.ne    1f
        ldrb    w2, [x19, #4]
        cbz     w2, become
1:      ldr     x1, [x20]
        ldrb    w2, [x1]
        cmp     w2, #'-'
        b.ne    1f
        ldrb    w2, [x1, #1]
        cmp     w2, #'-'
        b.ne    1f
        ldrb    w2, [x1, #2]
        cbnz    w2, 1f
        add     x20, x20, #8
1:      ldr     x1, [x20]
        cbz     x1, report
        mov     x0, #15                 // PR_SET_NAME
        adr     x1, name
        mov     x8, #167                // prctl
        svc     #0
// Where we are not process 1 of a namespace, orphans come to us all the same.
        mov     x0, #36                 // PR_SET_CHILD_SUBREAPER
        mov     x1, #1
        mov     x8, #167                // prctl
        svc     #0

// An ignored SIGCHLD, inherited, would reap the child behind our back.
        stp     xzr, xzr, [sp]
        stp     xzr, xzr, [sp, #16]
        mov     x0, #SIGCHLD
        mov     x1, sp
        mov     x2, #0
        mov     x3, #8
        mov     x8, #134                // rt_sigaction
        svc     #0
// From here on no signal is lost: a blocked one stays until it is waited for.
        mov     x1, #-1
        bl      setmask
        mov     x0, #SIGCHLD
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #220                // clone: fork
        svc     #0
        cbz     x0, child
        tbnz    x0, #63, failed
        mov     x22, x0
        mov     x0, #3                  // so that its end is COMMAND's success
        mov     x8, #57                 // close
        svc     #0

wait:   mov     x0, sp
        mov     x1, #0
        mov     x2, #0
        mov     x3, #8
        mov     x8, #137                // rt_sigtimedwait
        svc     #0
        cmp     x0, #SIGCHLD
        b.eq    reap
        cmp     x0, #0
        b.le    wait
        mov     x1, x0
        mov     x0, x22
        mov     x8, #129                // kill
        svc     #0
        b       wait
reap:   mov     x0, #-1
        add     x1, sp, #8
        mov     x2, #1                  // WNOHANG
        mov     x3, #0
        mov     x8, #260                // wait4
        svc     #0
        cmp     x0, #0
        b.le    wait
        cmp     x0, x22
        b.ne    reap
        ldr     w1, [sp, #8]
        ubfx    w0, w1, #8, #8
        ands    w1, w1, #0x7f
        b.eq    exit
        add     w0, w1, #128
exit:   mov     x8, #94                 // exit_group
        svc     #0
        udf     #0

// The terminal becomes the new group's, if it is our controlling one; SIGTTOU,
// which a background process gets for asking, is blocked still.
child:  mov     x0, #1                  // PR_SET_PDEATHSIG
        mov     x1, #SIGKILL            // with us, as all of our namespace
        mov     x8, #167                // prctl
        svc     #0
        mov     x0, #0
        mov     x1, #0
        mov     x8, #154                // setpgid
        svc     #0
        mov     x8, #172                // getpid
        svc     #0
        str     w0, [sp, #8]
        mov     x0, #0
        mov     x1, #0x5410             // TIOCSPGRP
        add     x2, sp, #8
        mov     x8, #29                 // ioctl
        svc     #0
        mov     x1, #0
        bl      setmask

become: ldr     x19, [x20]
        mov     x24, #0
1:      ldrb    w2, [x19, x24]
        cmp     w2, #'/'
        b.eq    direct
        add     x24, x24, #1
        cbnz    w2, 1b
        mov     x0, #ENOENT
        cmp     x24, #1
        b.eq    report
        mov     x22, x0
        adr     x9, defaults            // x9: what is left of the path
        mov     x2, x21
1:      ldr     x3, [x2], #8
        cbz     x3, search
        ldrb    w5, [x3]
        cmp     w5, #'P'
        b.ne    1b
        ldrb    w5, [x3, #1]
        cmp     w5, #'A'
        b.ne    1b
        ldrb    w5, [x3, #2]
        cmp     w5, #'T'
        b.ne    1b
        ldrb    w5, [x3, #3]
        cmp     w5, #'H'
        b.ne    1b
        ldrb    w5, [x3, #4]
        cmp     w5, #'='
        b.ne    1b
        add     x9, x3, #5              // of several the last one counts
        b       1b

// As execvp(3) does, but that a file in no known format is an error.
search: add     x10, sp, #16            // x10: where the next byte goes
        add     x11, x10, #4095
        sub     x11, x11, x24           // a longer directory leaves no room
1:      ldrb    w2, [x9]
        cmp     w2, #':'
        b.eq    1f
        cbz     w2, 1f
        add     x9, x9, #1
        cmp     x10, x11
        b.hs    1b
        strb    w2, [x10], #1
        b       1b
1:      cmp     x10, x11
        b.hs    next
        add     x0, sp, #16
        cmp     x10, x0
        b.eq    1f                      // an empty one is the working directory
        mov     w2, #'/'
        strb    w2, [x10], #1
1:      mov     x3, #0
2:      ldrb    w2, [x19, x3]
        strb    w2, [x10, x3]
        add     x3, x3, #1
        cbnz    w2, 2b
        mov     x1, x20
        mov     x2, x21
        mov     x8, #221                // execve
        svc     #0
        neg     x0, x0
        cmp     x0, #ENOENT
        b.eq    next
        cmp     x0, #ENOTDIR
        b.eq    next
        cmp     x0, #EACCES
        b.ne    report
        mov     x22, x0
next:   ldrb    w2, [x9], #1
        cbnz    w2, search
        mov     x0, x22
        b       report
direct: mov     x0, x19
        mov     x1, x20
        mov     x2, x21
        mov     x8, #221                // execve
        svc     #0
failed: neg     x0, x0

report: mov     x22, x0
        str     w0, [sp, #8]
        mov     x0, #3
        add     x1, sp, #8
        mov     x2, #4
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #126
        cmp     x22, #ENOENT
        cinc    x0, x0, eq
        b       exit
refuse: mov     x0, #2
        adr     x1, refusal
        mov     x2, #name - refusal
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #126
        b       exit

// Sets the signal mask to x1, and leaves it on top of the stack.
setmask:
        str     x1, [sp]
        mov     x0, #2                  // SIG_SETMASK
        mov     x1, sp
        mov     x2, #0
        mov     x3, #8
        mov     x8, #135                // rt_sigprocmask
        svc     #0
        ret

defaults:
        .asciz  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
refusal:
        .ascii  "tsdocker: the program leads to /proc/self/exe, which is no part of the image\n"
name:   .asciz  "docker-init"
end:
