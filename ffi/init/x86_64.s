# What executes a container's program, on x86-64. Every program is started by it:
# a process that shared tsdocker's memory becomes this sealed file first, so that
# a program which is a link to /proc/self/exe, or a script or an interpreter that
# leads there, never reaches the host's own executable (CVE-2019-5736).
#
#   exec COMMAND ARGS…             becomes COMMAND
#   docker-init [--] COMMAND ARGS…
#       stays process 1: starts COMMAND in a process group of its own, passes
#       signals on to it, reaps whatever loses its parent, and ends as it ends.
#
# Descriptor 3 hears why COMMAND could not be executed, as a 32-bit error number;
# its end without one means success. Without it we are what such a link led to,
# and refuse.
#
# A whole ELF file without sections: tools/assemble.ts turns it into bytes.ts. It
# needs no writable data but its stack, and calls nothing but the kernel.
#
# Registers: r12 COMMAND's argv, r13 envp, r14d the child's pid (on the way to
# COMMAND the error to report).
        .intel_syntax noprefix
        .set    BASE, 0x400000
        .set    STACK, 16 + 4096        # scratch words, then a path
        .set    ENOENT, 2
        .set    EBADF, 9
        .set    EACCES, 13
        .set    ENOTDIR, 20
        .set    SIGKILL, 9
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
        mov     rbp, [rsp+8]            # our own name
        lea     r12, [rsp+16]
        lea     r13, [rsp+rbx*8+16]
        sub     rsp, STACK
        mov     edi, 3
        mov     esi, 2                  # F_SETFD
        mov     edx, 1                  # FD_CLOEXEC
        mov     eax, 72                 # fcntl
        syscall
        test    eax, eax
        jz      1f
        cmp     eax, -EBADF
        je      refuse
        mov     esi, 0x5451             # FIOCLEX, if seccomp forbids fcntl
        mov     eax, 16                 # ioctl
        syscall
        test    eax, eax
        jnz     failed                  # COMMAND would inherit it
1:      mov     eax, ENOENT
        cmp     ebx, 2
        jl      report
        cmp     dword ptr [rbp], 0x63657865     # "exec"
        jne     1f
        cmp     byte ptr [rbp+4], 0
        je      become
1:      mov     rsi, [r12]
        cmp     word ptr [rsi], 0x2d2d  # "--"
        jne     1f
        cmp     byte ptr [rsi+2], 0
        jne     1f
        add     r12, 8
1:      cmp     qword ptr [r12], 0
        je      report
        mov     edi, 15                 # PR_SET_NAME
        lea     rsi, [rip+name]
        mov     eax, 157                # prctl
        syscall
# Where we are not process 1 of a namespace, orphans come to us all the same.
        mov     edi, 36                 # PR_SET_CHILD_SUBREAPER
        mov     esi, 1
        mov     eax, 157                # prctl
        syscall

# An ignored SIGCHLD, inherited, would reap the child behind our back.
        mov     rdi, rsp
        xor     eax, eax
        mov     ecx, 8
        rep stosq
        mov     edi, SIGCHLD
        mov     rsi, rsp
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                 # rt_sigaction
        syscall
# From here on no signal is lost: a blocked one stays until it is waited for.
        or      qword ptr [rsp], -1
        call    setmask
        mov     edi, SIGCHLD
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        mov     eax, 56                 # clone: fork
        syscall
        test    eax, eax
        jz      child
        js      failed
        mov     r14d, eax
        mov     edi, 3                  # so that its end is COMMAND's success
        mov     eax, 3                  # close
        syscall

wait:   mov     rdi, rsp
        xor     esi, esi
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 128                # rt_sigtimedwait
        syscall
        cmp     eax, SIGCHLD
        je      reap
        test    eax, eax
        jle     wait
        mov     edi, r14d
        mov     esi, eax
        mov     eax, 62                 # kill
        syscall
        jmp     wait
reap:   mov     rdi, -1
        lea     rsi, [rsp+8]
        mov     edx, 1                  # WNOHANG
        xor     r10d, r10d
        mov     eax, 61                 # wait4
        syscall
        test    eax, eax
        jle     wait
        cmp     eax, r14d
        jne     reap
        mov     eax, [rsp+8]
        movzx   edi, ah
        and     eax, 0x7f
        jz      exit
        lea     edi, [rax+128]
exit:   mov     eax, 231                # exit_group
        syscall
        ud2

# The terminal becomes the new group's, if it is our controlling one; SIGTTOU,
# which a background process gets for asking, is blocked still.
child:  mov     edi, 1                  # PR_SET_PDEATHSIG
        mov     esi, SIGKILL            # with us, as all of our namespace
        mov     eax, 157                # prctl
        syscall
        xor     edi, edi
        xor     esi, esi
        mov     eax, 109                # setpgid
        syscall
        mov     eax, 39                 # getpid
        syscall
        mov     [rsp+8], eax
        xor     edi, edi
        mov     esi, 0x5410             # TIOCSPGRP
        lea     rdx, [rsp+8]
        mov     eax, 16                 # ioctl
        syscall
        and     qword ptr [rsp], 0
        call    setmask

become: mov     rbx, [r12]
        xor     ebp, ebp
1:      mov     al, [rbx+rbp]
        cmp     al, '/'
        je      direct
        inc     rbp
        test    al, al
        jnz     1b                      # rbp: the name's length and one
        mov     eax, ENOENT
        cmp     ebp, 1
        je      report
        mov     r14d, eax
        lea     rsi, [rip+defaults]
        mov     rdx, r13
1:      mov     rdi, [rdx]
        add     rdx, 8
        test    rdi, rdi
        jz      search
        cmp     dword ptr [rdi], 0x48544150     # "PATH"
        jne     1b
        cmp     byte ptr [rdi+4], '='
        jne     1b
        lea     rsi, [rdi+5]            # of several the last one counts
        jmp     1b

# As execvp(3) does, but that a file in no known format is an error.
search: lea     rdi, [rsp+16]
        mov     rdx, rdi
        lea     r8, [rdi+4095]
        sub     r8, rbp                 # a longer directory leaves no room
1:      mov     al, [rsi]
        cmp     al, ':'
        je      1f
        test    al, al
        jz      1f
        inc     rsi
        cmp     rdi, r8
        jae     1b
        mov     [rdi], al
        inc     rdi
        jmp     1b
1:      cmp     rdi, r8
        jae     next
        cmp     rdi, rdx
        je      1f                      # an empty one is the working directory
        mov     byte ptr [rdi], '/'
        inc     rdi
1:      mov     r9, rsi
        mov     rsi, rbx
        mov     ecx, ebp
        rep movsb
        mov     rdi, rdx
        mov     rsi, r12
        mov     rdx, r13
        mov     eax, 59                 # execve
        syscall
        mov     rsi, r9
        neg     eax
        cmp     eax, ENOENT
        je      next
        cmp     eax, ENOTDIR
        je      next
        cmp     eax, EACCES
        jne     report
        mov     r14d, eax
next:   cmp     byte ptr [rsi], 0
        lea     rsi, [rsi+1]
        jne     search
        mov     eax, r14d
        jmp     report
direct: mov     rdi, rbx
        mov     rsi, r12
        mov     rdx, r13
        mov     eax, 59                 # execve
        syscall
failed: neg     eax

report: mov     [rsp+8], eax
        mov     ebx, eax
        mov     edi, 3
        lea     rsi, [rsp+8]
        mov     edx, 4
        mov     eax, 1                  # write
        syscall
        mov     edi, 126
        cmp     ebx, ENOENT
        jne     exit
        inc     edi
        jmp     exit
refuse: mov     edi, 2
        lea     rsi, [rip+refusal]
        mov     edx, name - refusal
        mov     eax, 1                  # write
        syscall
        mov     edi, 126
        jmp     exit

# Sets the signal mask to the word the caller has on top of its stack.
setmask:
        mov     edi, 2                  # SIG_SETMASK
        lea     rsi, [rsp+8]
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 14                 # rt_sigprocmask
        syscall
        ret

defaults:
        .asciz  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
refusal:
        .ascii  "tsdocker: the program leads to /proc/self/exe, which is no part of the image\n"
name:   .asciz  "docker-init"
end:
