/**
 * The caller's terminal in raw mode: every key goes to the container.
 *
 * @module
 * @see termios(3), "Raw mode"
 */
import {
  getTermios,
  setTermios,
  type Termios,
} from "../../../ffi/calls/terminal.ts";
import { TERMBITS } from "../../../ffi/constants/termbits.ts";
import { isSyscallError } from "../../../ffi/errno.ts";

/**
 * The raw form of a terminal's settings, output processing off as well: the
 * container's own terminal has done it.
 */
export function rawTermios(termios: Termios): Termios {
  const { IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON } =
    TERMBITS;
  const { OPOST, CSIZE, PARENB, CS8 } = TERMBITS;
  const { ECHO, ECHONL, ICANON, ISIG, IEXTEN } = TERMBITS;
  const rest = termios.rest.slice();
  // `rest` starts with c_line; a read returns as soon as there is one byte.
  rest[1 + TERMBITS.VMIN] = 1;
  rest[1 + TERMBITS.VTIME] = 0;
  return {
    iflag: termios.iflag &
      ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON),
    oflag: termios.oflag & ~OPOST,
    cflag: (termios.cflag & ~(CSIZE | PARENB)) | CS8,
    lflag: termios.lflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN),
    rest,
  };
}

/**
 * Puts a terminal into raw mode until the scope ends.
 *
 * @param fd Number of the descriptor; not a terminal: nothing happens.
 */
export function enterRawMode(fd: number): Disposable {
  const saved = getTermios(fd);
  if (saved === undefined) return { [Symbol.dispose](): void {} };
  setTermios(fd, rawTermios(saved));
  return {
    [Symbol.dispose](): void {
      try {
        setTermios(fd, saved);
      } catch (error) {
        // EIO: the terminal has been hung up, nobody sees it any more.
        if (!isSyscallError(error, "EIO")) throw error;
      }
    },
  };
}
