/* The strings of the starter, on all architectures, and the last of it: the table follows.
   The first is there even if most of the file is not. The three after it are looked at in
   a row. */
shortened:
        .ascii  "tsdocker: Cannot start: this file is cut short, copy it again\n"
shortened_end:
quick:  .asciz  "exec"
run:    .asciz  "run"
detached:
        .asciz  "detached"
flags:  .asciz  "--", "--detach", "--detach=true"
main:   .asciz  "main"
client: .asciz  "--client"
suffix: .asciz  ".js"
program:
        .asciz  "/tsdocker"
deno_dir:
        .asciz  "DENO_DIR="
cache:  .asciz  "/cache"
complete:
        .asciz  "/complete"
no_check:
        .asciz  "DENO_NO_UPDATE_CHECK=1"
runtime_dir:
        .asciz  "TSDOCKER_RUNTIME_DIR="
cache_home:
        .asciz  "XDG_CACHE_HOME="
home:   .asciz  "HOME="
in_home:
        .ascii  "/.cache"
in_cache:
        .asciz  "/tsdocker/runtime"
slash:  .asciz  "/"
nothing:
        .asciz  ""
shell:  .asciz  "/bin/sh"
command:
        .asciz  "-c"
failure:
        .ascii  "tsdocker: Cannot start: neither the program nor /bin/sh can be executed, there are too many words, or no more processes or descriptors can be had\n"
failure_end:
table:
