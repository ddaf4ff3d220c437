#!/bin/sh
# The pinned Deno for this checkout. Without arguments prints the program's path,
# with arguments runs it on them. A Deno of exactly the pinned version on PATH is
# used as it is; otherwise the one in .deno/, installed from npm when missing.
# Caches stay in the checkout: nothing is written to the home directory.
set -eu
version=2.9.6
root=$(cd "$(dirname "$0")/.." && pwd -P)

fail() {
  echo "tools/deno.sh: $1" >&2
  exit 1
}

# is_pinned PROGRAM: whether it runs and is the pinned version.
is_pinned() {
  case $("$1" --version 2>/dev/null </dev/null) in
    "deno $version "*) return 0 ;;
    *) return 1 ;;
  esac
}

# sweep: removes what killed installations left behind.
sweep() {
  for left in "$root"/.deno/install.*; do
    [ -d "$left" ] || continue
    kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
  done
}

# install TARGET: puts the program there in one rename, so that a killed
# installation leaves no TARGET behind. npm's install scripts are not run.
install() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) platform=linux-x64-glibc ;;
    Linux-aarch64) platform=linux-arm64-glibc ;;
    *) fail "There is no Deno for $(uname -s) on $(uname -m)" ;;
  esac
  command -v npm >/dev/null 2>&1 ||
    fail "Cannot install Deno $version without npm: apt-get install npm"
  mkdir -p "$root/.deno"
  sweep
  work=$root/.deno/install.$$
  mkdir "$work"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo "Installing Deno $version into .deno" >&2
  npm install --prefix "$work" --cache "$root/.cache/npm" --prefer-offline \
    --ignore-scripts --no-audit --no-fund --no-save --no-update-notifier \
    --loglevel error "@deno/$platform@$version" >"$work/log" 2>&1 </dev/null || {
    cat "$work/log" >&2
    fail "Cannot install Deno $version from npm"
  }
  program=$work/node_modules/@deno/$platform/deno
  chmod 755 "$program"
  is_pinned "$program" ||
    fail "Deno $version from npm does not run on this machine (glibc is needed)"
  mv -f "$program" "$1"
  rm -rf "$work"
  trap - EXIT INT TERM
}

find_deno() {
  for name in deno "deno-$version"; do
    deno=$(command -v "$name" 2>/dev/null) || continue
    if is_pinned "$deno"; then return; fi
  done
  deno=$root/.deno/deno-$version
  [ -x "$deno" ] || install "$deno"
}

find_deno
if [ $# = 0 ]; then
  echo "$deno"
  exit
fi
DENO_DIR=$root/.cache/deno
DENO_NO_UPDATE_CHECK=1
export DENO_DIR DENO_NO_UPDATE_CHECK
exec "$deno" "$@"
