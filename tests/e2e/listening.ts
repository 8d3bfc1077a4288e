import { readFileSync, readdirSync, readlinkSync } from "node:fs";

/** A TCP socket that waits for connections: `127.0.0.1:8082`, or the hexadecimal address of IPv6. */
export interface Listening {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

const LISTEN = "0A"; // as /proc/net/tcp has it

/** IPv4 addresses that some servers ask for by IPv6 begin so. */
const MAPPED = "0000000000000000FFFF0000";

/** Where processes listen, as Linux tells; each socket once for each process that has it open. */
export function listeningOf(pids: readonly number[]): Listening[] {
  const byInode = new Map(
    ["tcp", "tcp6"].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[3] === LISTEN)
        .map((fields) => [fields[9] ?? "", parseAddress(fields[1] ?? "")] as const),
    ),
  );
  return pids.flatMap((pid) =>
    socketsOf(pid).flatMap((inode) => {
      const at = byInode.get(inode);
      return at === undefined ? [] : [{ pid, ...at }];
    }),
  );
}

/** `0100007F:1F92` is 127.0.0.1:8082: bytes of a word last first, on the machines that we run on. */
function parseAddress(text: string): { address: string; port: number } {
  const [hex = "", port = ""] = text.split(":");
  const v4 = hex.startsWith(MAPPED) ? hex.slice(MAPPED.length) : hex;
  const bytes = v4.match(/../g) ?? [];
  const address =
    bytes.length === 4
      ? bytes
          .reverse()
          .map((b) => parseInt(b, 16))
          .join(".")
      : hex;
  return { address, port: parseInt(port, 16) };
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return []; // ended meanwhile
  }
}
