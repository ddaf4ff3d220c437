/**
 * Constants of `linux/if_addr.h`: addresses of network devices.
 *
 * @module
 * @see Linux include/uapi/linux/if_addr.h
 */

/** Attributes of an address. */
export const IFA = {
  IFA_ADDRESS: 1,
  IFA_LOCAL: 2,
  IFA_LABEL: 3,
  IFA_BROADCAST: 4,
  IFA_FLAGS: 8,
} as const;

/** Flags of an address. */
export const IFA_F = {
  IFA_F_NODAD: 0x2,
  IFA_F_PERMANENT: 0x80,
} as const;
