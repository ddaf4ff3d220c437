/**
 * @module
 */
import assert from "node:assert/strict";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { HostError } from "../../../lib/base/errors.ts";
import { explainFilter } from "../../../lib/network/missing_filter.ts";
import { NetlinkError } from "../../../lib/network/netlink/netlink_error.ts";

function refusal(errno: number): NetlinkError {
  const [explanation, offset, missing] = [undefined, undefined, undefined];
  return new NetlinkError("find the table", {
    ...{ errno, explanation, offset, missing },
  });
}

Deno.test("explainFilter() knows a kernel without nf_tables", () => {
  for (
    const error of [
      new SyscallError("socket", ERRNO.EPROTONOSUPPORT, "16, 3, 12"),
      refusal(ERRNO.EINVAL),
      refusal(ERRNO.EOPNOTSUPP),
    ]
  ) {
    const explained = explainFilter(error);
    assert.ok(explained instanceof HostError);
    assert.match(explained.message, /^The kernel has no nf_tables/);
    assert.match(explained.advice ?? "", /--network none/);
    assert.equal(explained.cause, error);
  }
  for (
    const error of [
      new SyscallError("socket", ERRNO.EMFILE, ""),
      refusal(ERRNO.EPERM),
      new TypeError(),
    ]
  ) assert.equal(explainFilter(error), error);
});
