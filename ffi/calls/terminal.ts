/**
 * Terminals: line settings and window size. One call each.
 *
 * @module
 * @see termios(3), ioctl_tty(2)
 */
import { IOCTLS } from "../constants/ioctls.ts";
import { O_CLOEXEC, O_NOCTTY, O_RDWR } from "../constants/fcntl.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { isSyscallError } from "../errno.ts";
import { Fd } from "../fd.ts";
import { syscall, trySyscall } from "../syscall.ts";

/** Size of the kernel's `struct termios`, and where its fields are. */
const TERMIOS_BYTES = 36;
const OFFSETS = { iflag: 0, oflag: 4, cflag: 8, lflag: 12, cc: 17 } as const;

/** Size of a terminal in characters. */
export interface WindowSize {
  readonly height: number;
  readonly width: number;
}

/** The settings of a terminal line: four words of bits and special characters. */
export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  /** `c_line` and `c_cc`, as the kernel has them. */
  readonly rest: Uint8Array;
}

/**
 * Reads a terminal's settings.
 *
 * @param fd Number of a standard descriptor or a terminal.
 * @returns `undefined` if it is no terminal.
 */
export function getTermios(fd: number): Termios | undefined {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  try {
    syscall("ioctl", fd, IOCTLS.TCGETS, bytes);
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
  const view = new DataView(bytes.buffer);
  return {
    iflag: view.getUint32(OFFSETS.iflag, LITTLE_ENDIAN),
    oflag: view.getUint32(OFFSETS.oflag, LITTLE_ENDIAN),
    cflag: view.getUint32(OFFSETS.cflag, LITTLE_ENDIAN),
    lflag: view.getUint32(OFFSETS.lflag, LITTLE_ENDIAN),
    rest: bytes.slice(OFFSETS.cc - 1),
  };
}

/** Whether a descriptor is a terminal's. */
export function isTerminal(fd: number): boolean {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  return trySyscall("ioctl", fd, IOCTLS.TCGETS, bytes) >= 0;
}

/**
 * Changes a terminal's settings, once what was written has been sent.
 *
 * @throws {SyscallError} `EIO` if the terminal is gone.
 */
export function setTermios(fd: number, termios: Termios): void {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(OFFSETS.iflag, termios.iflag, LITTLE_ENDIAN);
  view.setUint32(OFFSETS.oflag, termios.oflag, LITTLE_ENDIAN);
  view.setUint32(OFFSETS.cflag, termios.cflag, LITTLE_ENDIAN);
  view.setUint32(OFFSETS.lflag, termios.lflag, LITTLE_ENDIAN);
  bytes.set(termios.rest, OFFSETS.cc - 1);
  syscall("ioctl", fd, IOCTLS.TCSETSW, bytes);
}

/**
 * Reads a terminal's size.
 *
 * @returns `undefined` if it is no terminal.
 */
export function getWindowSize(fd: number): WindowSize | undefined {
  const size = new Uint16Array(4);
  try {
    syscall("ioctl", fd, IOCTLS.TIOCGWINSZ, new Uint8Array(size.buffer));
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
  const [height = 0, width = 0] = size;
  return { height, width };
}

/**
 * Hangs a terminal up from its master side: who uses the other side gets
 * SIGHUP, and the end of the file.
 *
 * @param fd Number of the master's descriptor.
 * @throws {SyscallError} `EIO` if nobody has the other side open.
 */
export function hangUp(fd: number): void {
  const flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  using peer = new Fd(syscall("ioctl", fd, IOCTLS.TIOCGPTPEER, flags));
  syscall("ioctl", peer.number, IOCTLS.TIOCVHANGUP, 0);
}

/** Changes a terminal's size; its foreground group gets SIGWINCH. */
export function setWindowSize(fd: number, size: WindowSize): void {
  const bytes = new Uint16Array([size.height, size.width, 0, 0]);
  syscall("ioctl", fd, IOCTLS.TIOCSWINSZ, new Uint8Array(bytes.buffer));
}
