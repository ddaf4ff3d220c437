/**
 * Calls of 32-bit x86 that older programs make through socketcall(2) and ipc(2):
 * the first argument says which is meant.
 *
 * @module
 * @see Linux include/uapi/linux/net.h, include/uapi/linux/ipc.h
 */
import type { SeccompArgument } from "../../../oci/linux_seccomp.ts";

/** How a call is made through another. */
export interface Multiplexed {
  readonly through: "socketcall" | "ipc";
  /** Holds for the call and for nothing else. */
  readonly selector: SeccompArgument;
}

/** In the order of their numbers, from 1. */
const SOCKET_CALLS =
  "socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg"
    .split(" ");

const IPC_CALLS: Readonly<Record<string, number>> = {
  semop: 1,
  semget: 2,
  semctl: 3,
  semtimedop: 4,
  msgsnd: 11,
  msgrcv: 12,
  msgget: 13,
  msgctl: 14,
  shmat: 21,
  shmdt: 22,
  shmget: 23,
  shmctl: 24,
};

/** The upper half is a version, which changes how arguments are passed. */
const IPC_CALL_MASK = 0xffff;

/** The other way of making a call, if there is one. */
export function multiplexed(name: string): Multiplexed | undefined {
  const place = SOCKET_CALLS.indexOf(name);
  if (place !== -1) {
    return {
      through: "socketcall",
      selector: { index: 0, value: place + 1, op: "SCMP_CMP_EQ" },
    };
  }
  const number = Object.hasOwn(IPC_CALLS, name) ? IPC_CALLS[name] : undefined;
  return number === undefined ? undefined : {
    through: "ipc",
    selector: {
      index: 0,
      value: IPC_CALL_MASK,
      valueTwo: number,
      op: "SCMP_CMP_MASKED_EQ",
    },
  };
}
