#!/bin/bash
# Runs tests in guests with other control groups than this machine's: version 2, both
# versions side by side, whose controllers are those of version 1, and version 2 under
# systemd. A guest has no network, no compiler and a disk of its own: it gets a copy of
# what its tests need, caches included.
#
#     tools/vm.sh [BOOT…]
#
# boots all that are listed below, or those named, two at a time. The last line counts
# the tests of all of them. VMTEST names the script that boots a guest (default
# ../shared/vmtest.sh). What a guest printed stays in .cache/vm/logs.
set -euo pipefail
cd "$(dirname "$0")/.."

# Name, cgroups, process 1, and tests: files of tests/e2e, or paths in tests/root.
# The longest come first. What is left out is no different there: a hybrid host has its
# limits in version 1, as the machine that runs this may have, and systemd leaves the
# effects of those in version 2 to the kernel.
boots() {
  cat <<'LIST'
v2 v2 plain guest_mode guest_life guest_network network/vlan_attachment_root_test.ts run_limits_kernel run_cgroups
hybrid hybrid plain guest_mode guest_life run_limits_kernel run_cgroups runtime/cgroups
v2-probe v2 plain isolation_probe runtime/cgroups run_limits_effects guest_clock
systemd v2 systemd guest_systemd run_cgroups
LIST
}

# A guest takes twenty times as long as this machine: every test runs natively there, and
# these re-invoked too.
reinvoked='prints what the command|ends a program that|every hierarchy'

vmtest=${VMTEST:-../shared/vmtest.sh}
cache=${VM_CACHE:-$PWD/.cache/vm}
deno=$(tools/deno.sh)
bin=$PWD/.cache/vm/bin
logs=$PWD/.cache/vm/logs
work=$PWD/.cache/vm/checkout.$$
declare -A name_of=() started=()
passed=0 failed=0 skipped=0

clean_up() {
  [ ${#name_of[@]} = 0 ] || kill "${!name_of[@]}" 2>/dev/null || :
  wait
  rm -rf "$work"
}

# stage: the folder that guests get a copy of. It has the same path there, so that what
# Deno has compiled here counts.
stage() {
  mkdir -p "$work/images/busybox" "$work/.cache" "$logs"
  cp -r deno.json deno.lock main.ts ffi lib tools tests tsdocker "$work/"
  cp images/busybox.tar "$work/images/"
  # Where the image is not what is tested, unpacking it once is enough.
  tar -xf images/busybox.tar -C "$work/images/busybox"
  mkdir -p "$work/.cache/deno"
  cp -r .cache/deno/npm "$work/.cache/deno/"
  (cd "$work" && DENO_DIR=$work/.cache/deno "$deno" cache --quiet tools/test.ts \
    tests/e2e/*_test.ts tests/root/runtime/cgroups/*_test.ts \
    tests/root/network/vlan_attachment_root_test.ts tests/fixtures/runtime/*.ts)
  # Without a compiler its tests are skipped, and counted.
  if command -v gcc >/dev/null; then
    gcc -static -O1 -o "$work/probe" tests/fixtures/probe/probe.c
  fi
  # Deno is found on PATH under the name that the guest expects.
  mkdir -p "$bin"
  if [ ! -e "$bin/deno" ] || [ "$deno" -nt "$bin/deno" ]; then cp -p "$deno" "$bin/deno"; fi
}

# boot NAME CGROUPS INIT TEST…: starts a guest that runs its tests.
boot() {
  local name=$1 cgroups=$2 init=$3 env test paths=()
  shift 3
  env=(--env "DENO_DIR=$work/.cache/deno" --env DENO_NO_UPDATE_CHECK=1
    --env "TSDOCKER_TEST_GUEST=$cgroups $init" --env TSDOCKER_TEST_DEADLINE_MS=120000
    --env "TSDOCKER_TEST_REINVOKED=$reinvoked")
  if [ -e "$work/probe" ]; then env+=(--env "TSDOCKER_TEST_PROBE=$work/probe"); fi
  for test; do
    case $test in
      # It adds to the image with tar(1).
      isolation_probe) env+=(--env TSDOCKER_TEST_IMAGE=images/busybox.tar) ;;
    esac
    case $test in
      */*) paths+=("tests/root/$test") ;;
      *) paths+=("tests/e2e/${test}_test.ts") ;;
    esac
  done
  echo "vm: $name: boots with cgroups $cgroups, $init init, for $*"
  PATH=$bin:$PATH VM_CACHE=$cache VM_TIMEOUT=${VM_TIMEOUT:-900} \
    bash "$vmtest" --cgroup "$cgroups" --init "$init" --copy "$work:$work" --cwd "$work" \
    --env TSDOCKER_TEST_IMAGE=images/busybox "${env[@]}" -- \
    deno run -A --no-check --cached-only tools/test.ts --no-check --cached-only "${paths[@]}" \
    >"$logs/$name.log" 2>&1 </dev/null &
  name_of[$!]=$name started[$!]=$SECONDS
}

# finish: waits for one of the guests, shows what it printed, and counts its tests. One
# that died, or printed no count, is a failed test.
finish() {
  local pid status=0 name line
  wait -n -p pid "${!name_of[@]}" || status=$?
  name=${name_of[$pid]}
  sed "s/^/$name: /" "$logs/$name.log"
  echo "vm: $name: ended with $status in $((SECONDS - started[$pid])) s"
  unset "name_of[$pid]"
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$logs/$name.log" | tail -n 1) || :
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    if [ "$status" != 0 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then failed=$((failed + 1)); fi
  else
    failed=$((failed + 1))
  fi
}

if [ ! -f "$vmtest" ]; then
  echo "tools/vm.sh: there is no $vmtest to boot a guest with: no tests run" >&2
  echo "0 passed, 1 failed"
  exit 1
fi
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
stage
# Two cores or more: a guest has one busy.
slots=$(($(nproc) < 2 ? 1 : 2))
while read -r name words; do
  case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
  while [ ${#name_of[@]} -ge "$slots" ]; do finish; done
  # shellcheck disable=SC2086 -- they are words
  boot "$name" $words
done < <(boots)
while [ ${#name_of[@]} -gt 0 ]; do finish; done

line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
