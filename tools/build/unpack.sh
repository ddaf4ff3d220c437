# tsdocker @VERSION@ (@ARCH@, Deno @DENO@) in one file: the starter, which is machine
# code and has this script in it, then Deno and the program, each compressed by gzip.
# The first start unpacks them into a directory named by their digest. Every later start
# only finds it and goes there; the starter does that, and calls this script when it does
# not find all in order:
#
#   sh -c SCRIPT FILE DIRECTORY/tsdocker ARGS…
#
# with the words and variables of a start. Exit status 125: it could not be unpacked.

tsdocker_dir=${1%/*}
tsdocker_base=${tsdocker_dir%/*}
case $0 in
  /*) tsdocker_file=$0 ;;
  *) tsdocker_file=./$0 ;;
esac

# What is ours cannot have been put there by somebody else, wherever "there" is. A
# crash of the machine soon after the first start may leave files empty.
is_unpacked() {
  [ -O "$tsdocker_dir" ] && [ ! -L "$tsdocker_dir" ] &&
    [ -O "$tsdocker_dir/tsdocker" ] && [ -x "$tsdocker_dir/tsdocker" ] &&
    [ -s "$tsdocker_dir/tsdocker" ] || return 1
  for tsdocker_script in @SCRIPTS@; do
    tsdocker_path=$tsdocker_dir/${tsdocker_script%:*}
    [ -O "$tsdocker_path" ] || return 1
    [ -s "$tsdocker_path" ] || [ "${tsdocker_script#*:}" = 0 ] || return 1
  done
}

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

# unpack_part FILE MODE OFFSET LENGTH: one compressed part of the file. gzip tells
# a truncated or damaged one by its checksum.
unpack_part() {
  tsdocker_error=$({
    tail -c "+$3" "$tsdocker_file" | head -c "$4" | gzip -dc >"$tsdocker_new/$1" &&
      chmod "$2" "$tsdocker_new/$1"
  } 2>&1 </dev/null) || fail "$(one_line "$tsdocker_error")"
}

# cut_script FILE OFFSET LENGTH: one file of the program, of all in a row.
cut_script() {
  tsdocker_error=$({
    tail -c "+$2" "$tsdocker_new/scripts" | head -c "$3" >"$tsdocker_new/$1" &&
      chmod 0444 "$tsdocker_new/$1"
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
  tsdocker_offset=1 # tail counts bytes from 1
  for tsdocker_script in @SCRIPTS@; do
    tsdocker_length=${tsdocker_script#*:}
    cut_script "${tsdocker_script%:*}" "$tsdocker_offset" "$tsdocker_length"
    tsdocker_offset=$((tsdocker_offset + tsdocker_length))
  done
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
  DENO_DIR=$tsdocker_new/trial "$tsdocker_new/tsdocker" @RUN_FLAGS@ \
    "$tsdocker_new/prelink.js" >/dev/null 2>&1 </dev/null
  rm -rf "$tsdocker_new/trial" "$tsdocker_new/tsdocker.prelinked"

  # mv puts a directory inside one that another start has published meanwhile.
  [ -e "$tsdocker_dir" ] || mv "$tsdocker_new" "$tsdocker_dir" 2>/dev/null
  rm -rf "$tsdocker_new" "$tsdocker_dir/.new-$$"
  trap - EXIT HUP INT TERM
  is_unpacked || fail "\"$tsdocker_dir\" is damaged or not ours; remove it"

  # For quicker starts; without it they are as good.
  "$tsdocker_dir/tsdocker" @RUN_FLAGS@ "$tsdocker_dir/warm_up.js" \
    >/dev/null 2>&1 </dev/null
  exec 9>&-
  umask "$tsdocker_umask"
}

is_unpacked || unpack
# All is there: later starts need not come here, even if a first one was killed late.
[ "$tsdocker_dir/cache/complete" -nt "$tsdocker_dir" ] ||
  { true >"$tsdocker_dir/cache/complete"; } 2>/dev/null
exec "$@"
