#!/bin/sh
# tsdocker @VERSION@ (@ARCH@, Deno @DENO@) in one file: this script, then Deno and the
# program, each compressed by gzip. The first start unpacks them into a directory
# named by their digest; every later start only finds it and goes there.
#   as root   @ROOT_BASE@
#   else      $XDG_CACHE_HOME/tsdocker/runtime or ~/.cache/tsdocker/runtime
# TSDOCKER_RUNTIME_DIR overrides both. Exit status 125: it could not be unpacked.

# Up to the exec nothing is started: all is done by the shell itself.
if [ -n "${TSDOCKER_RUNTIME_DIR-}" ]; then
  tsdocker_base=$TSDOCKER_RUNTIME_DIR
elif [ -O / ]; then
  tsdocker_base=@ROOT_BASE@
elif [ -n "${XDG_CACHE_HOME-}" ]; then
  tsdocker_base=$XDG_CACHE_HOME/tsdocker/runtime
else
  tsdocker_base=${HOME:+$HOME/.cache/tsdocker/runtime}
fi
tsdocker_dir=$tsdocker_base/@DIGEST@

# The commands that are to start quickest have files of their own, which leave other
# commands to main.js: a word that only looks like one of them costs time, nothing else.
# So does one that only looks as if it made a "run" detached; after two words in a row
# that are no flags, all is the container's.
tsdocker_layout=main
tsdocker_plain=
for tsdocker_word in "$@"; do
  case $tsdocker_layout,$tsdocker_word in
    main,run) tsdocker_layout=run ;;
    main,*) case $tsdocker_word in
      @QUICK_COMMANDS@) tsdocker_layout=$tsdocker_word && break ;;
    esac ;;
    # `run -d` has files of its own, too.
    run,--detach | run,--detach=true) tsdocker_layout=detached && break ;;
    run,--) break ;;
    run,-*[!a-zA-Z]*) tsdocker_plain= ;;
    run,-*d*) tsdocker_layout=detached && break ;;
    run,-*) tsdocker_plain= ;;
    *) [ -z "$tsdocker_plain" ] || break
      tsdocker_plain=1 ;;
  esac
done

# What is ours cannot have been put there by somebody else, wherever "there" is.
is_unpacked() {
  [ -O "$tsdocker_dir" ] && [ ! -L "$tsdocker_dir" ] &&
    [ -O "$tsdocker_dir/tsdocker" ] && [ -x "$tsdocker_dir/tsdocker" ] &&
    [ -O "$tsdocker_dir/$tsdocker_layout.js" ] &&
    [ -O "$tsdocker_dir/waiter" ] && [ -x "$tsdocker_dir/waiter" ] || return 1
  # All was there when the mark was made, and nothing was put in or taken out since.
  [ "$tsdocker_dir/cache/complete" -nt "$tsdocker_dir" ] && return 0
  for tsdocker_script in @SCRIPT_NAMES@; do
    [ -O "$tsdocker_dir/$tsdocker_script" ] || return 1
  done
}

start() {
  export DENO_DIR="$tsdocker_dir/cache" DENO_NO_UPDATE_CHECK=1
  case $tsdocker_layout in
    exec | run | detached)
      export GLIBC_TUNABLES="${GLIBC_TUNABLES:-@QUICK_TUNABLES@}" ;;
  esac
  # What starts a container that goes on by itself becomes its keeper; the waiter
  # is who can be waited for.
  [ "$tsdocker_layout" != detached ] ||
    exec "$tsdocker_dir/waiter" "$tsdocker_dir/tsdocker" @RUN_FLAGS@ \
      "$tsdocker_dir/detached.js" --client @DESCRIPTOR_WORD@ "$@"
  exec "$tsdocker_dir/tsdocker" @RUN_FLAGS@ "$tsdocker_dir/$tsdocker_layout.js" "$@"
}

is_unpacked && start "$@"

# From here on: the first start.
fail() {
  echo "tsdocker: Cannot unpack into \"$tsdocker_base\": $1" >&2
  exit 125
}

# check_place DIRECTORY: refuses one where somebody else can put files. Directories on
# the way may also be root's, and may be open to all when sticky, as /tmp is.
check_place() {
  tsdocker_path=$1
  while :; do
    read -r tsdocker_mode _ tsdocker_owner _ <<LS
$(ls -ldn "${tsdocker_path:-/}")
LS
    case $tsdocker_owner in
      "$tsdocker_euid") ;;
      0 | "$tsdocker_root") [ "$tsdocker_path" != "$1" ] || fail "it belongs to user $tsdocker_owner" ;;
      *) fail "\"${tsdocker_path:-/}\" belongs to user $tsdocker_owner" ;;
    esac
    case $tsdocker_mode in
      d????-??-?*) ;;
      d????????[tT]*) [ "$tsdocker_path" != "$1" ] || fail "others can write to it" ;;
      *) fail "others can write to \"${tsdocker_path:-/}\"" ;;
    esac
    [ -n "$tsdocker_path" ] || return 0
    tsdocker_path=${tsdocker_path%/*}
  done
}

# unpack_part FILE MODE OFFSET LENGTH: one compressed part of this file. gzip tells
# a truncated or damaged one by its checksum.
unpack_part() {
  tsdocker_error=$({
    tail -c "+$3" "$0" | head -c "$4" | gzip -dc >"$tsdocker_new/$1" &&
      chmod "$2" "$tsdocker_new/$1"
  } 2>&1 </dev/null) || fail "$(one_line "$tsdocker_error")"
}

# cut_script FILE MODE OFFSET LENGTH: one file of the program, of all in a row.
cut_script() {
  tsdocker_error=$({
    tail -c "+$3" "$tsdocker_new/scripts" | head -c "$4" >"$tsdocker_new/$1" &&
      chmod "$2" "$tsdocker_new/$1"
  } 2>&1 </dev/null) || fail "$(one_line "$tsdocker_error")"
}

# one_line TEXT: its first line that is not empty.
one_line() {
  while read -r tsdocker_line; do
    [ -z "$tsdocker_line" ] || break
  done <<TEXT
$1
TEXT
  printf '%s' "${tsdocker_line:-for no reason given}"
}

unpack() {
  case $tsdocker_base in
    /*) ;;
    '') tsdocker_base=runtime
      fail "neither HOME nor TSDOCKER_RUNTIME_DIR is set" ;;
    *) fail "it is not an absolute path" ;;
  esac
  for tsdocker_tool in gzip tail head mkdir mv rm chmod ls id; do
    command -v "$tsdocker_tool" >/dev/null 2>&1 ||
      fail "the program \"$tsdocker_tool\" is missing"
  done
  tsdocker_error=$(umask 066 && mkdir -p "$tsdocker_base" 2>&1) ||
    fail "${tsdocker_error##*: }"
  [ -w "$tsdocker_base" ] && [ -x "$tsdocker_base" ] || fail "it is not writable"
  tsdocker_umask=$(umask)
  umask 077
  tsdocker_euid=$(id -u)
  read -r _ _ tsdocker_root _ <<LS
$(ls -ldn /)
LS
  check_place "$(cd "$tsdocker_base" && pwd -P)"

  # One at a time where flock is there; the lock dies with its holder. Without it
  # several may unpack at once, and the first to finish is the one that counts.
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$tsdocker_base/lock"
    flock 9
    if is_unpacked; then exec 9>&-; umask "$tsdocker_umask"; return; fi
    rm -rf "$tsdocker_base"/.new-*
  fi

  tsdocker_new=$tsdocker_base/.new-$$
  rm -rf "$tsdocker_new"
  trap 'rm -rf "$tsdocker_new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  tsdocker_error=$(mkdir "$tsdocker_new" "$tsdocker_new/cache" 2>&1) ||
    fail "${tsdocker_error##*: }"
  unpack_part tsdocker 0555 @PROGRAM_OFFSET@ @PROGRAM_LENGTH@
  unpack_part scripts 0400 @SCRIPTS_OFFSET@ @SCRIPTS_LENGTH@
  @CUT_SCRIPTS@
  rm -f "$tsdocker_new/scripts"

  # Nothing is published that has not run once.
  DENO_DIR=$tsdocker_new/cache "$tsdocker_new/tsdocker" --version \
    >/dev/null 2>"$tsdocker_new/error" </dev/null
  case $? in
    0) ;;
    126) fail "programs cannot be run there (a noexec mount, or another architecture than @ARCH@); set TSDOCKER_RUNTIME_DIR" ;;
    127) fail "the C library of this system is not glibc" ;;
    *) fail "Deno does not run here: $(one_line "$(cat "$tsdocker_new/error")")" ;;
  esac
  rm -f "$tsdocker_new/error"

  # For quicker starts; without it they are as good. Nobody has started it yet, who
  # could look for the file that this replaces.
  DENO_DIR=$tsdocker_new/trial DENO_NO_UPDATE_CHECK=1 \
    "$tsdocker_new/tsdocker" @RUN_FLAGS@ "$tsdocker_new/prelink.js" \
    >/dev/null 2>&1 </dev/null
  rm -rf "$tsdocker_new/trial" "$tsdocker_new/tsdocker.prelinked"

  # mv puts a directory inside one that another start has published meanwhile.
  [ -e "$tsdocker_dir" ] || mv "$tsdocker_new" "$tsdocker_dir" 2>/dev/null
  rm -rf "$tsdocker_new" "$tsdocker_dir/.new-$$"
  trap - EXIT HUP INT TERM
  is_unpacked || fail "\"$tsdocker_dir\" is damaged or not ours; remove it"

  # For quicker starts; without it they are as good.
  DENO_DIR=$tsdocker_dir/cache DENO_NO_UPDATE_CHECK=1 \
    "$tsdocker_dir/tsdocker" @RUN_FLAGS@ "$tsdocker_dir/warm_up.js" \
    >/dev/null 2>&1 </dev/null
  { true >"$tsdocker_dir/cache/complete"; } 2>/dev/null
  exec 9>&-
  umask "$tsdocker_umask"
}

unpack
start "$@"
exit 125
