# The native launcher of x86-64: position-independent code that makes recorded
# system calls, in a new child or in the caller. tools/assemble.ts turns it into
# bytes.ts. All memory it touches is shared with the parent until the child's
# execve, and is described in program.ts.
#
#   struct record {                    72 bytes
#     u32 nr;                          0xffffffff ends the sequence
#     u32 flags;                       bit k: a[k] is the address of the argument
#     u64 a[6];
#     u64 out;                         where the result goes, or 0
#     u8  tolerate[8];                 errors that do not end the sequence
#   };
#   struct status { u64 record; u64 errno; };   what ended the sequence
#
# Registers while walking: rbx record, rbp status, r12 0 in a child, 1 in a batch.
        .intel_syntax noprefix
        .globl  launch, batch, handle, onsignal, restore, signal_fd

# long launch(struct clone_args *, size_t size, struct record *, struct status *)
# Returns the pid, or a negative error; the child does not return. The kernel
# preserves r8 and r9, so the child has them although its stack is another.
launch: endbr64
        mov     r8, rdx
        mov     r9, rcx
        mov     eax, 435                # clone3
        syscall
        test    rax, rax
        jz      child
        ret
child:  mov     rbx, r8
        mov     rbp, r9
        xor     r12d, r12d
        jmp     walk

# long batch(struct record *, struct status *)
# Returns 0 at the end of the sequence, 1 if an error ended it.
        .balign 16
batch:  endbr64
        push    rbx
        push    rbp
        push    r12
        mov     rbx, rdi
        mov     rbp, rsi
        mov     r12d, 1

walk:   mov     eax, [rbx]
        cmp     eax, -1
        je      done
        mov     ecx, [rbx+4]
        mov     rdi, [rbx+8]
        mov     rsi, [rbx+16]
        mov     rdx, [rbx+24]
        mov     r10, [rbx+32]
        mov     r8, [rbx+40]
        mov     r9, [rbx+48]
        test    cl, 1
        jz      1f
        mov     rdi, [rdi]
1:      test    cl, 2
        jz      1f
        mov     rsi, [rsi]
1:      test    cl, 4
        jz      1f
        mov     rdx, [rdx]
1:      test    cl, 8
        jz      1f
        mov     r10, [r10]
1:      test    cl, 16
        jz      1f
        mov     r8, [r8]
1:      test    cl, 32
        jz      1f
        mov     r9, [r9]
1:      syscall
        mov     rcx, [rbx+56]
        test    rcx, rcx
        jz      1f
        mov     [rcx], rax
1:      cmp     rax, -4095              # unsigned: only errors are not below
        jb      next
        neg     rax
        lea     rdi, [rbx+64]
        mov     ecx, 8
        repne scasb
        jne     fail
next:   add     rbx, 72
        jmp     walk

# A batch is done; a child that comes here has failed, its execve was tolerated.
done:   xor     eax, eax
        test    r12d, r12d
        jnz     leave
fail:   mov     [rbp], rbx
        mov     [rbp+8], rax
        mov     eax, 1
        test    r12d, r12d
        jnz     leave
        mov     edi, 127
        mov     eax, 231                # exit_group
        syscall
        ud2
leave:  pop     r12
        pop     rbp
        pop     rbx
        ret

# long handle(u8 *signals, size_t count, struct sigaction *, struct sigaction *before)
# Installs one handler for all; before[] gets those there were. Returns how many
# signals were accepted: all, or those before the first that was refused.
        .balign 16
handle: endbr64
        push    rbx
        mov     r8, rdi
        mov     r9, rsi
        mov     rsi, rdx
        mov     rdx, rcx
        xor     ebx, ebx
1:      cmp     rbx, r9
        je      2f
        movzx   edi, byte ptr [r8+rbx]
        mov     r10d, 8                 # the size of a signal set
        mov     eax, 13                 # rt_sigaction
        syscall
        test    rax, rax
        jnz     2f
        inc     rbx
        add     rdx, 32
        jmp     1b
2:      mov     rax, rbx
        pop     rbx
        ret

# void onsignal(int signal)
# Writes the signal's number as one byte to the pipe. A full pipe loses it.
        .balign 16
onsignal:
        endbr64
        push    rdi
        mov     edi, [rip+fd]
        mov     rsi, rsp
        mov     edx, 1
        mov     eax, 1                  # write
        syscall
        pop     rdi
        ret

# Where a handler returns to. Debuggers know a signal frame by these very bytes.
        .balign 16
restore:
        mov     rax, 15                 # rt_sigreturn
        syscall

# The pipe's descriptor, written before the code is made executable. The second
# label is local, so that the assembler itself resolves the distance to it.
        .balign 4
signal_fd:
fd:     .long   -1
