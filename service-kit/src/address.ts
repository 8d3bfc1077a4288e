/** Of a connection that has ended there is none. */
const UNKNOWN = "unknown";

/** Where a request came from: the connection's own end, never a header. IPv4 is written as such. */
export function addressOf({
  socket,
}: {
  readonly socket: { readonly remoteAddress?: string | undefined };
}): string {
  return (socket.remoteAddress ?? UNKNOWN).replace(/^::ffff:(?=\d+\.)/, "");
}

/** Whether an address is of this machine's own loopback. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}
