# The beginning of the portable file, on x86-64: starts the program in it, as the
# words given to it ask for.
#
#   DIRECTORY/tsdocker FLAGS… DIRECTORY/LAYOUT.js WORDS…
#       is executed if all is there and nobody else can have put it there. DIRECTORY is
#       named by the payload's digest: in $TSDOCKER_RUNTIME_DIR, or root's own place, or
#       tsdocker/runtime in $XDG_CACHE_HOME or ~/.cache. It and these two files have to
#       be the caller's, and they not empty; it has to be closed to others, and older than
#       the mark cache/complete: since that was made nothing was put in or taken out.
#
#   /bin/sh -c SCRIPT FILE DIRECTORY/tsdocker…
#       is executed otherwise, with the same words. The script unpacks the payload of
#       FILE, or says why it cannot be, and executes them in its turn.
#
# A word that only looks like a command with a layout of its own costs time, nothing
# else. So does one that only looks as if it made a "run" detached; after two words in
# a row that are no flags, all is the container's.
#
# Where "run" is detached, who makes the container goes on as its keeper, so a caller
# cannot wait for that process to end. Hence all this is executed in a child with
# `--client N` before the words, N being the end of a pipe. One byte from there is our
# exit status, at once; its end without a byte means that the child is no keeper: we end
# when it does, and as it did. The child shares our process group, so what a terminal
# sends it gets by itself; what is sent to us alone is passed on. Once it has left the
# group, signals are for us.
#
# Behind the end of a file that was cut short there are zeros up to a page, and nothing
# after that: it has no end of the table, or a signal ends us.
#
# A whole ELF file without sections: tools/assemble.ts turns it into bytes.ts. What
# follows it, the table, is part of its one segment: starter.ts writes it. It needs no
# writable data but its stack, and calls nothing but the kernel.
#
# The new words are put before those we were given, from the last to the first, and the
# new variables behind the others, where the auxiliary vector was.
#
# Registers: rbp the words of the stack below, r12 argv, r13 envp, r14 where the table is
# read, later the child's pid, r15 the layout, later where signals are read. Until the
# child runs, ebx is the other end of the pipe.
        .intel_syntax noprefix
        .set    BASE, 0x400000
        .set    SEGMENT, 0x10000        # with the table
        .set    ROOM, 512               # for the words before those we were given
        .set    SPARE, 256              # for what is added to the base's path
        .set    DESCRIPTORS, 256        # that Deno has room for at once
# The stack: the signal mask we wait with and the one we were given; two pollfd; the ends
# of the pipe, later the child's status; what is read, or a sigaction; N as text; the
# path of this file; the script; whether all is there; who we are; the status of two
# files; the path of the layout.
        .set    STACK, 512
        .set    WAITING, 0
        .set    GIVEN, 8
        .set    POLLED, 16
        .set    ENDS, 32
        .set    NONE, 40                # 16 bytes of zeros
        .set    READ, 56
        .set    NUMBER, 184
        .set    FILE, 192
        .set    SCRIPT, 200
        .set    UNPACKED, 208
        .set    EUID, 212
        .set    FOUND, 216
        .set    MARK, 360
        .set    LAYOUT, 504
        .set    MODE, 24                # st_mode, st_uid, st_size, st_mtim
        .set    OWNER, 28
        .set    SIZE, 48
        .set    CHANGED, 88
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
        .quad   0, BASE, BASE, SEGMENT, SEGMENT, 0x10000
        .long   0x6474e551, 6           # PT_GNU_STACK, not executable
        .quad   0, 0, 0, 0, 0, 16

start:  mov     rax, [rsp]
        lea     r12, [rsp+8]
        lea     r13, [r12+rax*8+8]
        test    rax, rax
        jz      1f
        add     r12, 8                  # the words, without our name
1:      sub     rsp, ROOM + STACK
        mov     rbp, rsp
        mov     rdi, rsp
        xor     eax, eax
        mov     ecx, STACK / 8
        rep stosq
        mov     rsi, r13
1:      lodsq
        test    rax, rax
        jnz     1b
2:      lodsq
        mov     rcx, rax
        lodsq
        cmp     ecx, 12                 # AT_EUID
        jne     3f
        mov     [rbp+EUID], eax
3:      cmp     ecx, 31                 # AT_EXECFN
        jne     4f
        mov     [rbp+FILE], rax
4:      test    ecx, ecx                # AT_NULL
        jnz     2b

# The layout that the words ask for.
        lea     r15, [rip+main]
        xor     ebx, ebx                # whether the word before was plain
        mov     r14, r12
look:   mov     rdx, [r14]
        test    rdx, rdx
        jz      chosen
        add     r14, 8
        lea     rax, [rip+main]
        cmp     r15, rax
        jne     flag
        lea     rsi, [rip+table]
1:      cmp     byte ptr [rsi], 0
        je      look
        mov     rcx, rsi
        call    equal
        jne     1b
        mov     r15, rcx
        lea     rsi, [rip+run]
        call    equal
        je      look
        jmp     chosen
flag:   cmp     byte ptr [rdx], '-'
        je      1f
        xor     ebx, 1
        jnz     look
        jmp     chosen
1:      lea     rsi, [rip+flags]
        call    equal                   # --
        je      chosen
        call    equal                   # --detach
        je      2f
        call    equal                   # --detach=true
        je      2f
        xor     ebx, ebx
        xor     ecx, ecx                # whether there is a d among letters
1:      inc     rdx
        mov     al, [rdx]
        cmp     al, 'd'
        sete    ah
        or      cl, ah
        or      al, 0x20
        sub     al, 'a'
        cmp     al, 'z' - 'a'
        jbe     1b
        cmp     byte ptr [rdx], 0
        jne     look
        test    ecx, ecx
        jz      look
2:      lea     r15, [rip+detached]
chosen: lea     rsi, [rip+table]
        call    skip
        mov     r14, rsi

# The base, in two parts.
        lea     rbx, [rip+nothing]
        lea     rdx, [rip+runtime_dir]
        call    variable
        jne     1f
        lea     rsi, [rip+slash]
        lea     rdx, [rbp+FOUND]
        xor     r10d, r10d
        call    owned
        mov     rax, r14
        je      1f
        lea     rbx, [rip+in_cache]
        lea     rdx, [rip+cache_home]
        call    variable
        jne     1f
        lea     rbx, [rip+in_home]
        lea     rdx, [rip+home]
        call    variable
        jne     1f
        lea     rbx, [rip+nothing]
        mov     rax, rbx

# The paths, one after the other, each with room for all that is added; the first, at
# rsp, is the directory's.
1:      mov     rsi, rax
        call    next
        sub     rsi, rax
        add     rsi, SPARE
        shl     rsi, 2
        sub     rsp, rsi
        and     rsp, -16
        mov     rdi, rsp
        mov     rsi, rax
        call    append
        mov     rsi, rbx
        call    append
        lea     rsi, [rip+slash]
        call    append
        mov     rsi, r14
        call    next
        call    append                  # the digest
        mov     r14, rsi
        lea     rax, [rip+detached]
        cmp     r15, rax
        jne     1f
        lea     rax, [rbp+NUMBER]
        call    put
        lea     rax, [rip+client]
        call    put
1:      inc     rdi
        mov     [rbp+LAYOUT], rdi
        mov     rax, rdi
        call    put
        mov     rsi, rsp
        call    append
        lea     rsi, [rip+slash]
        call    append
        mov     rsi, r15
        call    append
        lea     rsi, [rip+suffix]
        call    append
        mov     rsi, r14
1:      cmp     byte ptr [rsi], 0
        je      2f
        mov     rax, rsi
        call    put
        call    next
        jmp     1b
2:      inc     rsi
        mov     r14, rsi
        inc     rdi
        mov     rax, rdi
        call    put
        mov     rsi, rsp
        call    append
        lea     rsi, [rip+program]
        call    append
        inc     rdi
        mov     rbx, rdi
        lea     rsi, [rip+deno_dir]
        call    append
        mov     r9, rdi
        mov     rsi, rsp
        call    append
        lea     rsi, [rip+cache]
        call    append
        mov     r8, rdi
        lea     rsi, [rip+complete]
        call    append

# Whether all is there. Neither r8 nor r9 is lost in a call of the kernel.
        mov     rsi, rsp
        lea     rdx, [rbp+FOUND]
        mov     r10d, 0x100             # AT_SYMLINK_NOFOLLOW
        call    owned
        jne     1f
        mov     eax, [rbp+FOUND+MODE]
        and     eax, 0170022
        cmp     eax, 0040000            # a directory, and nobody else can write
        jne     1f
        lea     rdx, [rbp+MARK]
        xor     r10d, r10d
        mov     rsi, [r12]
        call    filled
        jne     1f
        mov     rsi, [rbp+LAYOUT]
        call    filled
        jne     1f
        mov     rsi, r9
        call    status
        jne     1f
        mov     rax, [rbp+MARK+CHANGED]
        cmp     rax, [rbp+FOUND+CHANGED]
        jl      1f
        jg      2f
        mov     rax, [rbp+MARK+CHANGED+8]
        cmp     rax, [rbp+FOUND+CHANGED+8]
        jle     1f
2:      inc     dword ptr [rbp+UNPACKED]
1:      mov     byte ptr [r8], 0        # of the mark's path the cache remains

        mov     rax, rbx
        call    export
        lea     rax, [rip+no_check]
        call    export
# Those called most take memory as the table says, unless the caller says how.
        mov     rdx, r15
        lea     rsi, [rip+quick]
        call    equal
        je      1f
        call    equal
        je      1f
        call    equal
        jne     2f
1:      mov     rdx, r14
        call    variable
        jne     2f
        mov     rax, r14
        call    export
2:      mov     rsi, r14
        call    next
        mov     [rbp+SCRIPT], rsi
        call    next
        cmp     byte ptr [rsi], 0       # the table's end
        je      cut
        lea     rax, [rip+detached]
        cmp     r15, rax
        jne     launch

        .include "x86_64_wait.s"

child:  lea     rdi, [rbp+GIVEN]
        xor     edx, edx
        call    mask
launch: cmp     dword ptr [rbp+UNPACKED], 0
        je      1f
# A table of descriptors that has to grow costs a process with threads a grace period
# of RCU, some 15 ms; one without threads nothing. It stays as large.
        xor     edi, edi
        xor     esi, esi                # F_DUPFD
        mov     edx, DESCRIPTORS - 1
        mov     eax, 72                 # fcntl
        syscall
        mov     edi, eax
        mov     eax, 3                  # close: of nothing, if nothing was to be had
        syscall
        mov     rdi, [r12]
        call    execute
1:      mov     rax, [rbp+FILE]
        call    put
        mov     rax, [rbp+SCRIPT]
        call    put
        lea     rax, [rip+command]
        call    put
        lea     rdi, [rip+shell]
        lea     rax, [rdi+5]            # sh
        call    put
        call    execute
failed: lea     rsi, [rip+failure]
        mov     edx, failure_end - failure
        jmp     1f
cut:    lea     rsi, [rip+shortened]
        mov     edx, shortened_end - shortened
1:      mov     edi, 2
        mov     eax, 1                  # write
        syscall
        mov     edi, 125
        jmp     exit

# execute: the program rdi, which does not return if it can be executed.
execute:
        mov     rsi, r12
        mov     rdx, r13
        mov     eax, 59                 # execve
        syscall
        ret

# put: rax before the words.
put:    sub     r12, 8
        mov     [r12], rax
        ret

# append: the string rsi, to where rdi is; both are then at their ends, rsi behind it.
append: lodsb
        stosb
        test    al, al
        jnz     append
        dec     rdi
        ret

# skip: the list of strings rsi, to what is behind it.
1:      call    next
skip:   cmp     byte ptr [rsi], 0
        jne     1b
        inc     rsi
        ret

# equal: whether the strings rdx and rsi are; rsi is then at what is behind it.
equal:  mov     rdi, rdx
1:      lodsb
        cmp     al, [rdi]
        jne     2f
        inc     rdi
        test    al, al
        jnz     1b
        ret
2:      dec     rsi
        call    next
        test    rsp, rsp                # they are not
        ret

# next: what is behind the string rsi.
next:   cmp     byte ptr [rsi], 0
        lea     rsi, [rsi+1]
        jne     next
        ret

# named: whether the variable rsi has the name of rdx; rsi is then at its value.
named:  mov     rdi, rdx
1:      mov     cl, [rdi]
        cmp     cl, [rsi]
        jne     2f
        inc     rdi
        inc     rsi
        cmp     cl, '='
        jne     1b
2:      ret

# variable: the value of what has the name of rdx, in rax; none is the same as an empty
# one, and equal.
variable:
        lea     rax, [rip+nothing]
        mov     r8, r13
1:      mov     rsi, [r8]
        add     r8, 8
        test    rsi, rsi
        jz      2f
        call    named
        jne     1b
        mov     rax, rsi
2:      cmp     byte ptr [rax], 0
        ret

# export: the variable rax, in place of those of its name.
export: mov     rdx, rax
        mov     r8, r13
        mov     r9, r13
1:      mov     rsi, [r8]
        add     r8, 8
        test    rsi, rsi
        jz      2f
        mov     r10, rsi
        call    named
        je      1b
        mov     [r9], r10
        add     r9, 8
        jmp     1b
2:      mov     [r9], rax
        mov     [r9+8], rsi
        ret

# filled: whether the file rsi is, and is not empty, as a crash may leave it.
filled: call    owned
        jne     1f
        xor     eax, eax
        cmp     [rdx+SIZE], rax
        setz    al
        test    eax, eax
1:      ret

# owned: whether the file rsi is the caller's. Its status goes to rdx, as r10d says.
owned:  call    status
        jne     1f
        mov     eax, [rdx+OWNER]
        cmp     eax, [rbp+EUID]
1:      ret

# status: of the file rsi, to rdx, as r10d says; compares the error with 0.
status: mov     edi, -100               # AT_FDCWD
        mov     eax, 262                # newfstatat
        syscall
        test    eax, eax
        ret

        .include "strings.s"
