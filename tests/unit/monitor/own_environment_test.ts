/** @module */
import assert from "node:assert/strict";
import { ownEnvironment } from "../../../lib/monitor/own_environment.ts";

Deno.test("ownEnvironment() keeps what tsdocker and Deno look at, and no secrets", () => {
  const kept = {
    PATH: "/bin",
    HOME: "/root",
    TSDOCKER_RUNTIME_DIR: "/r",
    DENO_DIR: "/r/cache",
    XDG_CACHE_HOME: "/c",
    SUDO_UID: "1000",
  };
  assert.deepEqual(
    ownEnvironment({
      ...kept,
      PASSWORD: "secret",
      MY_PATH: "/x",
      SUDO_COMMAND: "env SECRET=1",
      LD_PRELOAD: "/x.so",
    }),
    kept,
  );
});
