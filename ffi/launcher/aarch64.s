// The native launcher of aarch64, the twin of x86_64.s: same contract, same
// structs, same entries except `restore`, for which this architecture's kernel
// has its own code. The kernel changes no register but x0.
//
// Registers while walking: x19 record, x20 status, x21 0 in a child, 1 in a batch.
        .globl  launch, batch, handle, onsignal, signal_fd

// long launch(struct clone_args *, size_t size, struct record *, struct status *)
launch: hint    #34                     // bti c
        mov     x9, x2
        mov     x10, x3
        mov     x8, #435                // clone3
        svc     #0
        cbz     x0, child
        ret
child:  mov     x19, x9
        mov     x20, x10
        mov     x21, #0
        b       walk

// long batch(struct record *, struct status *)
        .balign 16
batch:  hint    #34
        stp     x19, x20, [sp, #-32]!
        str     x21, [sp, #16]
        mov     x19, x0
        mov     x20, x1
        mov     x21, #1

walk:   ldp     w8, w11, [x19]
        cmn     w8, #1
        b.eq    done
        ldp     x0, x1, [x19, #8]
        ldp     x2, x3, [x19, #24]
        ldp     x4, x5, [x19, #40]
        tbz     w11, #0, 1f
        ldr     x0, [x0]
1:      tbz     w11, #1, 1f
        ldr     x1, [x1]
1:      tbz     w11, #2, 1f
        ldr     x2, [x2]
1:      tbz     w11, #3, 1f
        ldr     x3, [x3]
1:      tbz     w11, #4, 1f
        ldr     x4, [x4]
1:      tbz     w11, #5, 1f
        ldr     x5, [x5]
1:      svc     #0
        ldr     x12, [x19, #56]
        cbz     x12, 1f
        str     x0, [x12]
1:      cmn     x0, #4095               // carries for errors only
        b.cc    next
        neg     x0, x0
        ldr     x12, [x19, #64]
1:      and     x13, x12, #0xff
        cmp     x13, x0
        b.eq    next
        lsr     x12, x12, #8
        cbnz    x12, 1b
        b       fail
next:   add     x19, x19, #72
        b       walk

// A batch is done; a child that comes here has failed, its execve was tolerated.
done:   mov     x0, #0
        cbnz    x21, leave
fail:   stp     x19, x0, [x20]
        mov     x0, #1
        cbnz    x21, leave
        mov     x0, #127
        mov     x8, #94                 // exit_group
        svc     #0
        brk     #0
leave:  ldr     x21, [sp, #16]
        ldp     x19, x20, [sp], #32
        ret

// long handle(u8 *signals, size_t count, struct sigaction *, struct sigaction *before)
        .balign 16
handle: hint    #34
        mov     x9, x0
        mov     x10, x1
        mov     x1, x2
        mov     x2, x3
        mov     x11, #0
1:      cmp     x11, x10
        b.eq    2f
        ldrb    w0, [x9, x11]
        mov     x3, #8                  // the size of a signal set
        mov     x8, #134                // rt_sigaction
        svc     #0
        cbnz    x0, 2f
        add     x11, x11, #1
        add     x2, x2, #32
        b       1b
2:      mov     x0, x11
        ret

// void onsignal(int signal)
        .balign 16
onsignal:
        hint    #34
        str     x0, [sp, #-16]!
        ldr     w0, fd
        mov     x1, sp
        mov     x2, #1
        mov     x8, #64                 // write
        svc     #0
        add     sp, sp, #16
        ret

// The pipe's descriptor, written before the code is made executable. The second
// label is local, so that the assembler itself resolves the distance to it.
        .balign 4
signal_fd:
fd:     .word   -1
