/**
 * Constants of `linux/bpf.h`: programs of the extended machine, and the one
 * kind that decides about devices.
 *
 * @module
 * @see Linux include/uapi/linux/bpf.h, bpf_common.h
 */

/** Commands of bpf(2). */
export const BPF = {
  BPF_PROG_LOAD: 5,
  BPF_PROG_ATTACH: 8,
} as const;

/** Kinds of programs. */
export const BPF_PROG_TYPE = {
  BPF_PROG_TYPE_CGROUP_DEVICE: 15,
} as const;

/** Where programs are attached. */
export const BPF_ATTACH_TYPE = {
  BPF_CGROUP_DEVICE: 6,
} as const;

/** Flags of `BPF_PROG_ATTACH`. */
export const BPF_ATTACH_FLAG = {
  BPF_F_ALLOW_MULTI: 0x2,
} as const;

/** Low half of `access_type` in `struct bpf_cgroup_dev_ctx`. */
export const BPF_DEVCG_DEV = {
  BPF_DEVCG_DEV_BLOCK: 1,
  BPF_DEVCG_DEV_CHAR: 2,
} as const;

/** High half of `access_type` in `struct bpf_cgroup_dev_ctx`. */
export const BPF_DEVCG_ACC = {
  BPF_DEVCG_ACC_MKNOD: 1,
  BPF_DEVCG_ACC_READ: 2,
  BPF_DEVCG_ACC_WRITE: 4,
} as const;

/** Classes of instructions: the low three bits of an opcode. */
export const BPF_CLASS = {
  BPF_LDX: 0x01,
  BPF_ALU: 0x04,
  BPF_JMP: 0x05,
  BPF_JMP32: 0x06,
} as const;

/** The rest of an opcode: size and mode, operation, operand. */
export const BPF_OPCODE = {
  BPF_W: 0x00,
  BPF_MEM: 0x60,
  BPF_AND: 0x50,
  BPF_RSH: 0x70,
  BPF_MOV: 0xb0,
  BPF_JA: 0x00,
  BPF_JSET: 0x40,
  BPF_JNE: 0x50,
  BPF_EXIT: 0x90,
  BPF_K: 0x00,
  BPF_X: 0x08,
} as const;

/** Registers: R0 holds what a program returns, R1 what it is given. */
export const BPF_REG = {
  BPF_REG_0: 0,
  BPF_REG_1: 1,
  BPF_REG_2: 2,
  BPF_REG_3: 3,
  BPF_REG_4: 4,
  BPF_REG_5: 5,
} as const;
