import { connect } from "node:net";

/** What came back on one connection. */
export interface RawAnswer {
  /** Of the first answer; undefined where the connection was closed without one. */
  readonly status: number | undefined;
  /** Answers on the connection. */
  readonly count: number;
  /** All bytes, as Latin-1. */
  readonly text: string;
  /** Whether the other side closed. */
  readonly closed: boolean;
}

/** Generous: a busy machine answers late. */
const LIMIT_MS = 20_000;

const STATUS = /^HTTP\/1\.1 (\d{3})/;

/**
 * Write bytes to a port as they are, and read until the first answer is whole and the other side has closed or
 * `quietMs` have passed without more.
 */
export function rawRequest(url: string, bytes: string | Buffer, quietMs = 0): Promise<RawAnswer> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    let quiet: NodeJS.Timeout | undefined;
    const finish = (closed: boolean) => {
      clearTimeout(limit);
      clearTimeout(quiet);
      socket.destroy();
      const status = STATUS.exec(text)?.[1];
      resolve({
        status: status === undefined ? undefined : Number(status),
        count: text.split("HTTP/1.1 ").length - 1,
        ...{ text, closed },
      });
    };
    const limit = setTimeout(() => finish(false), LIMIT_MS);
    socket.on("error", () => undefined); // a reset is an end, too
    socket.on("close", () => finish(true));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!isWhole(text)) return;
      clearTimeout(quiet);
      quiet = setTimeout(() => finish(false), quietMs);
    });
    socket.write(bytes);
  });
}

/** Whether the first answer's body has come. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end).toLowerCase();
  if (/^http\/1\.1 (?:1\d\d|204|304)/.test(head)) return true;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length - end - 4 >= Number(length);
  return head.includes("transfer-encoding: chunked") && text.endsWith("0\r\n\r\n");
}
