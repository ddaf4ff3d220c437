// The beginning of the portable file, on aarch64, the twin of x86_64.s, which says what it
// does.
//
// Registers: x19 the words of the stack, x20 argv, x21 envp, x22 where the table is read,
// later the child's pid, x23 the layout, later where signals are read; until the child
// runs, x24 is the other end of the pipe. x24 to x27 are at hand.
        .set    BASE, 0x400000
        .set    SEGMENT, 0x10000
        .set    ROOM, 512
        .set    SPARE, 256
        .set    DESCRIPTORS, 256
        .set    STACK, 512
        .set    WAITING, 0
        .set    GIVEN, 8
        .set    POLLED, 16
        .set    ENDS, 32
        .set    NONE, 40
        .set    READ, 56
        .set    NUMBER, 184
        .set    FILE, 192
        .set    SCRIPT, 200
        .set    UNPACKED, 208
        .set    EUID, 212
        .set    FOUND, 216
        .set    MARK, 360
        .set    LAYOUT, 504
        .set    MODE, 16                // st_mode, st_uid, st_size, st_mtim
        .set    OWNER, 24
        .set    SIZE, 48
        .set    CHANGED, 88
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
        .quad   0, BASE, BASE, SEGMENT, SEGMENT, 0x10000
        .long   0x6474e551, 6           // PT_GNU_STACK, not executable
        .quad   0, 0, 0, 0, 0, 16

start:  ldr     x0, [sp]
        add     x20, sp, #8
        add     x21, x20, x0, lsl #3
        add     x21, x21, #8
        cbz     x0, 1f
        add     x20, x20, #8            // the words, without our name
1:      sub     sp, sp, #ROOM + STACK
        mov     x19, sp
        mov     x0, sp
        add     x1, sp, #STACK
1:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    1b
        mov     x1, x21
1:      ldr     x0, [x1], #8
        cbnz    x0, 1b
2:      ldp     x0, x2, [x1], #16
        cmp     x0, #12                 // AT_EUID
        b.ne    3f
        str     w2, [x19, #EUID]
3:      cmp     x0, #31                 // AT_EXECFN
        b.ne    4f
        str     x2, [x19, #FILE]
4:      cbnz    x0, 2b                  // AT_NULL

// The layout that the words ask for.
        adr     x23, main
        mov     x25, #0                 // whether the word before was plain
        mov     x22, x20
look:   ldr     x2, [x22]
        cbz     x2, chosen
        add     x22, x22, #8
        adr     x0, main
        cmp     x23, x0
        b.ne    flag
        adr     x1, table
1:      ldrb    w0, [x1]
        cbz     w0, look
        mov     x0, x1
        bl      equal
        b.ne    1b
        mov     x23, x0
        adr     x1, run
        bl      equal
        b.eq    look
        b       chosen
flag:   ldrb    w0, [x2]
        cmp     w0, #'-'
        b.eq    1f
        eor     x25, x25, #1
        cbnz    x25, look
        b       chosen
1:      adr     x1, flags
        bl      equal                   // --
        b.eq    chosen
        bl      equal                   // --detach
        b.eq    2f
        bl      equal                   // --detach=true
        b.eq    2f
        mov     x25, #0
        mov     x4, #0                  // whether there is a d among letters
1:      ldrb    w0, [x2, #1]!
        cmp     w0, #'d'
        csinc   x4, x4, xzr, ne
        orr     w1, w0, #0x20
        sub     w1, w1, #'a'
        cmp     w1, #'z' - 'a'
        b.ls    1b
        cbnz    w0, look
        cbz     x4, look
2:      adr     x23, detached
chosen: adr     x1, table
        bl      skip
        mov     x22, x1

// The base, in two parts.
        adr     x24, nothing
        adr     x2, runtime_dir
        bl      variable
        b.ne    1f
        adr     x1, slash
        add     x2, x19, #FOUND
        mov     x3, #0
        bl      owned
        mov     x0, x22
        b.eq    1f
        adr     x24, in_cache
        adr     x2, cache_home
        bl      variable
        b.ne    1f
        adr     x24, in_home
        adr     x2, home
        bl      variable
        b.ne    1f
        adr     x24, nothing
        mov     x0, x24

// The paths, one after the other, each with room for all that is added; the first, at
// sp, is the directory's.
1:      mov     x1, x0
        bl      next
        sub     x1, x1, x0
        add     x1, x1, #SPARE
        mov     x2, sp
        sub     x2, x2, x1, lsl #2
        and     sp, x2, #-16
        mov     x1, x0
        mov     x0, sp
        bl      append
        mov     x1, x24
        bl      append
        adr     x1, slash
        bl      append
        mov     x1, x22
        bl      next
        bl      append                  // the digest
        mov     x22, x1
        adr     x3, detached
        cmp     x23, x3
        b.ne    1f
        add     x3, x19, #NUMBER
        bl      put
        adr     x3, client
        bl      put
1:      add     x0, x0, #1
        str     x0, [x19, #LAYOUT]
        mov     x3, x0
        bl      put
        mov     x1, sp
        bl      append
        adr     x1, slash
        bl      append
        mov     x1, x23
        bl      append
        adr     x1, suffix
        bl      append
        mov     x1, x22
1:      ldrb    w3, [x1]
        cbz     w3, 2f
        mov     x3, x1
        bl      put
        bl      next
        b       1b
2:      add     x22, x1, #1
        add     x0, x0, #1
        mov     x3, x0
        bl      put
        mov     x1, sp
        bl      append
        adr     x1, program
        bl      append
        add     x0, x0, #1
        mov     x24, x0
        adr     x1, deno_dir
        bl      append
        mov     x27, x0
        mov     x1, sp
        bl      append
        adr     x1, cache
        bl      append
        mov     x26, x0
        adr     x1, complete
        bl      append

// Whether all is there.
        mov     x1, sp
        add     x2, x19, #FOUND
        mov     x3, #0x100              // AT_SYMLINK_NOFOLLOW
        bl      owned
        b.ne    1f
        ldr     w0, [x19, #FOUND+MODE]
        mov     w1, #0170022
        and     w0, w0, w1
        cmp     w0, #0040000            // a directory, and nobody else can write
        b.ne    1f
        add     x2, x19, #MARK
        mov     x3, #0
        ldr     x1, [x20]
        bl      filled
        b.ne    1f
        ldr     x1, [x19, #LAYOUT]
        bl      filled
        b.ne    1f
        mov     x1, x27
        bl      status
        b.ne    1f
        ldr     x0, [x19, #MARK+CHANGED]
        ldr     x1, [x19, #FOUND+CHANGED]
        cmp     x0, x1
        b.lt    1f
        b.gt    2f
        ldr     x0, [x19, #MARK+CHANGED+8]
        ldr     x1, [x19, #FOUND+CHANGED+8]
        cmp     x0, x1
        b.le    1f
2:      mov     w0, #1
        str     w0, [x19, #UNPACKED]
1:      strb    wzr, [x26]              // of the mark's path the cache remains

        mov     x2, x24
        bl      export
        adr     x2, no_check
        bl      export
// Those called most take memory as the table says, unless the caller says how.
        mov     x2, x23
        adr     x1, quick
        bl      equal
        b.eq    1f
        bl      equal
        b.eq    1f
        bl      equal
        b.ne    2f
1:      mov     x2, x22
        bl      variable
        b.ne    2f
        bl      export
2:      mov     x1, x22
        bl      next
        str     x1, [x19, #SCRIPT]
        bl      next
        ldrb    w0, [x1]                // the table's end
        cbz     w0, cut
        adr     x0, detached
        cmp     x23, x0
        b.ne    launch

        .include "aarch64_wait.s"

child:  add     x1, x19, #GIVEN
        mov     x2, #0
        bl      mask
launch: ldr     w0, [x19, #UNPACKED]
        cbz     w0, 1f
        mov     x0, #0
        mov     x1, #0                  // F_DUPFD
        mov     x2, #DESCRIPTORS - 1
        mov     x8, #25                 // fcntl
        svc     #0
        mov     x8, #57                 // close
        svc     #0
        ldr     x0, [x20]
        bl      execute
1:      ldr     x3, [x19, #FILE]
        bl      put
        ldr     x3, [x19, #SCRIPT]
        bl      put
        adr     x3, command
        bl      put
        adr     x0, shell
        add     x3, x0, #5              // sh
        bl      put
        bl      execute
failed: adr     x1, failure
        mov     x2, #failure_end - failure
        b       1f
cut:    adr     x1, shortened
        mov     x2, #shortened_end - shortened
1:      mov     x0, #2
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #125
        b       exit

// execute: the program x0, which does not return if it can be executed.
execute:
        mov     x1, x20
        mov     x2, x21
        mov     x8, #221                // execve
        svc     #0
        ret

// put: x3 before the words.
put:    str     x3, [x20, #-8]!
        ret

// append: the string x1, to where x0 is; both are then at their ends, x1 behind it.
append: ldrb    w3, [x1], #1
        strb    w3, [x0], #1
        cbnz    w3, append
        sub     x0, x0, #1
        ret

// skip: the list of strings x1, to what is behind it.
1:      ldrb    w3, [x1], #1
        cbnz    w3, 1b
skip:   ldrb    w3, [x1], #1
        cbnz    w3, 1b
        ret

// equal: whether the strings x2 and x1 are; x1 is then at what is behind it.
equal:  mov     x4, x2
1:      ldrb    w3, [x1], #1
        ldrb    w5, [x4], #1
        cmp     w3, w5
        b.ne    2f
        cbnz    w3, 1b
        ret
2:      cbz     w3, 3f
        ldrb    w3, [x1], #1
        b       2b
3:      cmp     x4, #0                  // they are not
        ret

// next: what is behind the string x1.
next:   ldrb    w3, [x1], #1
        cbnz    w3, next
        ret

// named: whether the variable x1 has the name of x2; x1 is then at its value.
named:  mov     x4, x2
1:      ldrb    w3, [x4], #1
        ldrb    w5, [x1], #1
        cmp     w3, w5
        b.ne    2f
        cmp     w3, #'='
        b.ne    1b
2:      ret

// variable: the value of what has the name of x2, in x0; none is the same as an empty
// one, and equal.
variable:
        mov     x6, x30
        adr     x0, nothing
        mov     x7, x21
1:      ldr     x1, [x7], #8
        cbz     x1, 2f
        bl      named
        b.ne    1b
        mov     x0, x1
2:      ldrb    w3, [x0]
        cmp     w3, #0
        ret     x6

// export: the variable x2, in place of those of its name.
export: mov     x6, x30
        mov     x7, x21
        mov     x9, x21
1:      ldr     x1, [x7], #8
        cbz     x1, 2f
        mov     x0, x1
        bl      named
        b.eq    1b
        str     x0, [x9], #8
        b       1b
2:      stp     x2, xzr, [x9]
        ret     x6

// filled: whether the file x1 is, and is not empty, as a crash may leave it.
filled: mov     x7, x30
        bl      owned
        b.ne    1f
        ldr     x4, [x2, #SIZE]
        cmp     x4, #0
        cset    x4, eq
        cmp     x4, #0
1:      ret     x7

// owned: whether the file x1 is the caller's. Its status goes to x2, as x3 says.
owned:  mov     x6, x30
        bl      status
        b.ne    1f
        ldr     w4, [x2, #OWNER]
        ldr     w5, [x19, #EUID]
        cmp     w4, w5
1:      ret     x6

// status: of the file x1, to x2, as x3 says; compares the error with 0.
status: mov     x0, #-100               // AT_FDCWD
        mov     x8, #79                 // newfstatat
        svc     #0
        cmp     x0, #0
        ret

        .include "strings.s"
