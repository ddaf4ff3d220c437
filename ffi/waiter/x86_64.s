# What waits for a container to be started, in place of a caller's shell, on x86-64:
# who starts the container goes on as its keeper, so the caller cannot wait for that
# process to end.
#
#   waiter PROGRAM ARGS…
#       starts PROGRAM with the end of a pipe, whose number replaces the argument
#       0000000. One byte from there is our exit status, at once; its end without a
#       byte means that PROGRAM is no keeper: we end when it does, and as it did.
#
# PROGRAM shares our process group, so what a terminal sends it gets by itself; what
# is sent to us alone is passed on. Once it has left the group, signals are for us.
#
# A whole ELF file without sections: tools/assemble.ts turns it into bytes.ts. It
# needs no writable data but its stack, and calls nothing but the kernel.
#
# Registers: r12 PROGRAM's argv, r13 envp, r14d its pid, r15d where signals are read;
# until it runs, ebx is the other end of the pipe.
        .intel_syntax noprefix
        .set    BASE, 0x400000
# Words on the stack: the mask we wait with and the one we were given; two pollfd;
# the ends of the pipe, later the child's status; what is read, or a sigaction.
        .set    STACK, 192
        .set    WAITING, 0
        .set    GIVEN, 8
        .set    POLLED, 16
        .set    ENDS, 32
        .set    NONE, 40                # 16 bytes of zeros
        .set    READ, 56
        .set    FIRST, 10               # clear of the standard streams, if closed
        .set    SIGHUP, 1
        .set    SIGCHLD, 17

elf:    .byte   0x7f, 'E', 'L', 'F', 2, 1, 1, 0
        .quad   0
        .short  2, 62                   # ET_EXEC, EM_X86_64
        .long   1
        .quad   start - elf + BASE
        .quad   segments - elf
        .quad   0
        .long   0
        .short  64, 56, 2, 64, 0, 0
segments:
        .long   1, 5                    # PT_LOAD, readable and executable
        .quad   0, BASE, BASE, end - elf, end - elf, 0x10000
        .long   0x6474e551, 6           # PT_GNU_STACK, not executable
        .quad   0, 0, 0, 0, 0, 16

start:  mov     rbx, [rsp]
        lea     r12, [rsp+16]
        lea     r13, [rsp+rbx*8+16]
        sub     rsp, STACK
        mov     rdi, rsp
        xor     eax, eax
        mov     ecx, STACK / 8
        rep stosq
        cmp     ebx, 2
        jl      failed
        lea     rdi, [rsp+ENDS]
        mov     esi, 0x80000            # O_CLOEXEC
        mov     eax, 293                # pipe2
        syscall
        test    eax, eax
        js      failed
        mov     esi, 1030               # F_DUPFD_CLOEXEC
        mov     edi, [rsp+ENDS]
        call    raise
        mov     [rsp+POLLED], eax
        xor     esi, esi                # F_DUPFD: PROGRAM inherits it
        mov     edi, [rsp+ENDS+4]
        call    raise
        mov     ebx, eax

# The number, into an argument of seven zeros.
        mov     rsi, r12
1:      mov     rdi, [rsi]
        add     rsi, 8
        test    rdi, rdi
        jz      2f
        mov     rax, 0x0030303030303030
        cmp     [rdi], rax              # more than that follows every argument
        jne     1b
        mov     eax, ebx
        mov     ecx, 10
1:      xor     edx, edx
        div     ecx
        add     [rdi+6], dl
        dec     rdi
        test    eax, eax
        jnz     1b

# An ignored SIGCHLD, inherited, would reap the child behind our back.
2:      mov     edi, SIGCHLD
        call    default
# From here on no signal is lost, but those that stop a job and let it go on do
# what they always do.
        mov     rax, ~0x3a0000          # SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU
        mov     [rsp+WAITING], rax
        lea     rdx, [rsp+GIVEN]
        call    await
        mov     edi, -1
        mov     rsi, rsp
        mov     edx, 8
        mov     r10d, 0x80000           # SFD_CLOEXEC
        mov     eax, 289                # signalfd4
        syscall
        test    eax, eax
        js      failed
        mov     [rsp+POLLED+8], eax
        mov     r15d, eax
        mov     word ptr [rsp+POLLED+4], 1      # POLLIN
        mov     word ptr [rsp+POLLED+12], 1
        mov     edi, 0x4111             # CLONE_VM, CLONE_VFORK, SIGCHLD
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        mov     eax, 56                 # clone
        syscall
        test    eax, eax
        jz      child
        js      failed
        mov     r14d, eax
        mov     edi, ebx                # so that the last end is PROGRAM's
        mov     eax, 3                  # close
        syscall

wait:   xor     edx, edx
        mov     esi, 2
        call    poll
        jle     wait
        cmp     word ptr [rsp+POLLED+6], 0
        jne     told
        mov     edi, r15d
        lea     rsi, [rsp+READ]
        mov     edx, 128
        xor     eax, eax                # read
        syscall
        cmp     eax, 128
        jne     wait
        mov     ebp, [rsp+READ]         # ssi_signo
        cmp     ebp, SIGCHLD
        je      ended
        xor     edi, edi
        call    group
        mov     ebx, eax
        mov     edi, r14d
        call    group
        cmp     eax, ebx
        jne     ours
        cmp     ebp, SIGHUP             # of it the first of a session alone hears
        je      1f
        cmp     dword ptr [rsp+READ+8], 0       # ssi_code
        jg      wait                    # the kernel's, to all of the group
1:      mov     edi, r14d
        mov     esi, ebp
        mov     eax, 62                 # kill
        syscall
        jmp     wait
ours:   mov     edi, ebp
        call    suffer
        jmp     wait

# What it has said before it ended counts.
ended:  lea     rdx, [rsp+NONE]
        mov     esi, 1
        call    poll
        jle     reap
told:   mov     edi, [rsp+POLLED]
        lea     rsi, [rsp+READ]
        mov     edx, 1
        xor     eax, eax                # read
        syscall
        movzx   edi, byte ptr [rsp+READ]
        test    eax, eax
        jg      exit
        js      wait
        or      dword ptr [rsp+POLLED], -1
reap:   mov     edi, r14d
        lea     rsi, [rsp+ENDS]
        mov     edx, 1                  # WNOHANG
        xor     r10d, r10d
        mov     eax, 61                 # wait4
        syscall
        test    eax, eax
        jz      wait
        js      failed
        movzx   edi, byte ptr [rsp+ENDS+1]
        mov     ebx, [rsp+ENDS]
        and     ebx, 0x7f
        jz      exit
        mov     edi, 4                  # PR_SET_DUMPABLE: one core is enough
        xor     esi, esi
        mov     eax, 157                # prctl
        syscall
        mov     edi, ebx
        call    default
        mov     edi, ebx
        call    suffer
        lea     edi, [rbx+128]
exit:   mov     eax, 231                # exit_group
        syscall
        ud2

child:  lea     rdi, [rsp+GIVEN]
        xor     edx, edx
        call    mask
        mov     rdi, [r12]
        mov     rsi, r12
        mov     rdx, r13
        mov     eax, 59                 # execve
        syscall
failed: mov     edi, 2
        lea     rsi, [rip+failure]
        mov     edx, end - failure
        mov     eax, 1                  # write
        syscall
        mov     edi, 125
        jmp     exit

# poll: looks for as long as rdx says, at esi of the two; the count in eax.
poll:   lea     rdi, [rsp+8+POLLED]
        xor     r10d, r10d
        mov     eax, 271                # ppoll
        syscall
        test    eax, eax
        ret

# raise: the descriptor edi again, as esi says, under a higher number; in eax.
raise:  mov     edx, FIRST
        mov     eax, 72                 # fcntl
        syscall
        test    eax, eax
        js      failed
        push    rax
        mov     eax, 3                  # close
        syscall
        pop     rax
        ret

# default: the signal edi is neither ignored nor handled.
default:
        lea     rsi, [rsp+8+READ]
        push    rdi
        mov     rdi, rsi
        xor     eax, eax
        mov     ecx, 4
        rep stosq
        pop     rdi
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                 # rt_sigaction
        syscall
        ret

# suffer: the signal edi is sent to ourselves, does what it does, and is awaited.
suffer: push    rdi
        push    0
        mov     rdi, rsp
        xor     edx, edx
        call    mask
        mov     eax, 39                 # getpid
        syscall
        mov     edi, eax
        mov     esi, [rsp+8]
        mov     eax, 62                 # kill
        syscall
        add     rsp, 16
        xor     edx, edx
# await: the mask we wait with; the one before goes to rdx.
await:  lea     rdi, [rsp+8+WAITING]
# mask: the signal mask at rdi; the one before goes to rdx.
mask:   mov     rsi, rdi
        mov     edi, 2                  # SIG_SETMASK
        mov     r10d, 8
        mov     eax, 14                 # rt_sigprocmask
        syscall
        ret

# group: the process group of edi, in eax.
group:  mov     eax, 121                # getpgid
        syscall
        ret

failure:
        .ascii  "tsdocker: Cannot start: the program cannot be executed, or no more processes or descriptors can be had\n"
end:
