# Everything that is done with this checkout. `make help` lists it.

PREFIX = /usr/local
DENO = tools/deno.sh
TEST = $(DENO) run -A tools/test.ts
SOURCES = main.ts deno.json $(wildcard deno.lock) $(shell find ffi lib tools -type f)
# A commit changes what `tsdocker version` tells.
COMMITS = $(wildcard .git/logs/HEAD)

.DELETE_ON_ERROR:
.PHONY: help image demo test unit e2e faults fuzz vm bench docs ok fmt lint check install clean

tsdocker: $(SOURCES) $(COMMITS) ## (default) build ./tsdocker
	@$(DENO) run -A tools/build.ts tsdocker

help: ## list the targets
	@sed -n 's/^\([a-z0-9/. ]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r target text; do printf '  %-28s %s\n' "make $$target" "$$text"; done

image: images/busybox.tar ## make images/busybox.tar
images/busybox.tar: $(wildcard images/busybox/*)
	@$(DENO) run -A images/busybox/build.ts images/busybox.tar

demo: tsdocker images/busybox.tar ## build, then run a command in a busybox container
	./tsdocker run --rm images/busybox.tar echo hello from a container
	@echo
	@echo 'Now with a shell:  ./tsdocker run --rm -it images/busybox.tar sh'

test: tsdocker images/busybox.tar ## run all tests that need nothing from outside
	@$(TEST) unit architecture docs abi root e2e

unit: ## run the tests that need neither root nor a build, and the examples in docs
	@$(TEST) unit architecture docs

e2e: tsdocker images/busybox.tar ## run the tests of the built program (as root)
	@$(TEST) abi root e2e

faults: tsdocker images/busybox.tar ## let each kind of fault strike 100 times (as root)
	@FAULT_ROUNDS=100 NETWORK_CONTAINERS=200 $(TEST) tests/e2e/faults_test.ts tests/e2e/faults_many_test.ts \
	  tests/e2e/faults_disk_test.ts tests/e2e/faults_leave_test.ts \
	  tests/e2e/faults_images_test.ts \
	  tests/e2e/faults_images_rivals_test.ts tests/e2e/faults_images_disk_test.ts \
	  tests/e2e/faults_network_test.ts tests/e2e/network_scale_test.ts

fuzz: ## compare 6,000 archives at random with GNU tar (as root)
	@FUZZ_ARCHIVES=6000 FUZZ_SEED=$$(date +%s) $(TEST) tests/root/storage/tar/fuzz_root_test.ts

vm: tsdocker images/busybox.tar ## run tests in guests with each layout of cgroups (as root)
	@tools/vm.sh $(BOOTS)

bench: tsdocker images/busybox.tar ## measure against other engines (as root)
	@$(DENO) run -A tests/bench/bench.ts

docs: ## write docs/cli.md again from the command table
	@$(DENO) run -A tools/docs.ts

ok: fmt lint check unit ## fmt, lint, check, docs and unit tests: before each commit
fmt:
	@$(DENO) fmt --check
lint:
	@$(DENO) lint --quiet
check:
	@$(DENO) check --quiet .

install: tsdocker ## install to PREFIX/bin (PREFIX=/usr/local)
	install -D -m 755 tsdocker $(DESTDIR)$(PREFIX)/bin/tsdocker

clean: ## remove what was built, not the caches
	rm -f tsdocker images/*.tar
