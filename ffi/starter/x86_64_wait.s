# The part of x86_64.s that waits: starts the child, and ends as told there.
#
# What is said there of the stack and of registers holds here. r12 is at hand in the
# parent, ebx is a signal in it.

        lea     rdi, [rbp+ENDS]
        mov     esi, 0x80000            # O_CLOEXEC
        mov     eax, 293                # pipe2
        syscall
        test    eax, eax
        js      failed
        mov     esi, 1030               # F_DUPFD_CLOEXEC
        mov     edi, [rbp+ENDS]
        call    raise
        mov     [rbp+POLLED], eax
        xor     esi, esi                # F_DUPFD: the child's program inherits it
        mov     edi, [rbp+ENDS+4]
        call    raise
        mov     ebx, eax
        mov     rdx, 0x0030303030303030
        mov     [rbp+NUMBER], rdx
        lea     rdi, [rbp+NUMBER+6]
        mov     ecx, 10
1:      xor     edx, edx
        div     ecx
        add     [rdi], dl
        dec     rdi
        test    eax, eax
        jnz     1b

# An ignored SIGCHLD, inherited, would reap the child behind our back.
        mov     edi, SIGCHLD
        call    default
# From here on no signal is lost, but those that stop a job and let it go on do
# what they always do.
        mov     rax, ~0x3a0000          # SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU
        mov     [rbp+WAITING], rax
        lea     rdx, [rbp+GIVEN]
        call    await
        mov     edi, -1
        mov     rsi, rbp
        mov     edx, 8
        mov     r10d, 0x80000           # SFD_CLOEXEC
        mov     eax, 289                # signalfd4
        syscall
        test    eax, eax
        js      failed
        mov     [rbp+POLLED+8], eax
        mov     r15d, eax
        mov     word ptr [rbp+POLLED+4], 1      # POLLIN
        mov     word ptr [rbp+POLLED+12], 1
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
        mov     edi, ebx                # so that the last end is the child's
        mov     eax, 3                  # close
        syscall

wait:   xor     edx, edx
        mov     esi, 2
        call    poll
        jle     wait
        cmp     word ptr [rbp+POLLED+6], 0
        jne     told
        mov     edi, r15d
        lea     rsi, [rbp+READ]
        mov     edx, 128
        xor     eax, eax                # read
        syscall
        cmp     eax, 128
        jne     wait
        mov     ebx, [rbp+READ]         # ssi_signo
        cmp     ebx, SIGCHLD
        je      ended
        xor     edi, edi
        call    group
        mov     r12d, eax
        mov     edi, r14d
        call    group
        cmp     eax, r12d
        jne     ours
        cmp     ebx, SIGHUP             # of it the first of a session alone hears
        je      1f
        cmp     dword ptr [rbp+READ+8], 0       # ssi_code
        jg      wait                    # the kernel's, to all of the group
1:      mov     edi, r14d
        mov     esi, ebx
        mov     eax, 62                 # kill
        syscall
        jmp     wait
ours:   mov     edi, ebx
        call    suffer
        jmp     wait

# What it has said before it ended counts.
ended:  lea     rdx, [rbp+NONE]
        mov     esi, 1
        call    poll
        jle     reap
told:   mov     edi, [rbp+POLLED]
        lea     rsi, [rbp+READ]
        mov     edx, 1
        xor     eax, eax                # read
        syscall
        movzx   edi, byte ptr [rbp+READ]
        test    eax, eax
        jg      exit
        js      wait
        or      dword ptr [rbp+POLLED], -1
reap:   mov     edi, r14d
        lea     rsi, [rbp+ENDS]
        mov     edx, 1                  # WNOHANG
        xor     r10d, r10d
        mov     eax, 61                 # wait4
        syscall
        test    eax, eax
        jz      wait
        js      failed
        movzx   edi, byte ptr [rbp+ENDS+1]
        mov     ebx, [rbp+ENDS]
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

# poll: looks for as long as rdx says, at esi of the two; the count in eax.
poll:   lea     rdi, [rbp+POLLED]
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
        lea     rsi, [rbp+READ]
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
await:  lea     rdi, [rbp+WAITING]
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
