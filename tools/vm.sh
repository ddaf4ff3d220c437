#!/bin/bash
# Runs the smoke tests in a guest with a pure cgroup v2 tree. The guest has no
# network and an own disk: it gets a copy of what the tests need, caches included.
# VMTEST names the script that boots it (default ../shared/vmtest.sh); arguments go
# there, such as `--cgroup hybrid` or `--init systemd`.
set -euo pipefail
cd "$(dirname "$0")/.."
vmtest=${VMTEST:-../shared/vmtest.sh}
if [ ! -f "$vmtest" ]; then
  echo "tools/vm.sh: there is no $vmtest: no tests run"
  echo "0 passed, 0 failed"
  exit
fi

tools/deno.sh cache --quiet tools/test.ts tests/e2e/*_test.ts # all it will import
work=.cache/vm/checkout.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/images" "$work/.cache"
cp -r deno.json deno.lock main.ts ffi lib tools tests "$work/"
cp tsdocker "$work/"
cp images/busybox.tar "$work/images/"
cp -r .cache/deno "$work/.cache/"

# It is found on PATH under the name that the guest expects.
bin=$PWD/.cache/vm/bin
mkdir -p "$bin"
deno=$(tools/deno.sh)
if [ ! -e "$bin/deno" ] || [ "$deno" -nt "$bin/deno" ]; then cp -p "$deno" "$bin/deno"; fi

PATH=$bin:$PATH VM_CACHE=${VM_CACHE:-.cache/vm} VM_TIMEOUT=${VM_TIMEOUT:-900} \
  bash "$vmtest" "$@" --copy "$work:/work" --cwd /work \
  --env DENO_DIR=/work/.cache/deno --env DENO_NO_UPDATE_CHECK=1 -- \
  deno run -A --no-check --cached-only tools/test.ts --no-check --cached-only smoke
