import type { IncomingHttpHeaders } from "node:http";

/**
 * The request headers that reach a replica. A closed list: nothing hop-by-hop, no framing, none of
 * our own marks, and nothing that a replica could read differently from us.
 */
const TO_REPLICA = [
  "accept",
  "accept-language",
  "authorization",
  "if-none-match",
  "traceparent",
  "tracestate",
  "user-agent",
] as const;

/** Never passed on to a client: hop-by-hop (RFC 9110 7.6.1), framing, and our own marks. */
const NOT_TO_CLIENT = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "date",
  "x-request-id",
  "x-canarec-internal",
  "x-canarec-track",
  "x-canarec-build",
  "x-canarec-fallback",
]);

/** Headers of a request on its way to a replica. */
export function headersToReplica(
  received: IncomingHttpHeaders,
  requestId: string,
): Record<string, string> {
  const headers: Record<string, string> = { "x-request-id": requestId };
  for (const name of TO_REPLICA) {
    const value = received[name];
    if (typeof value === "string") headers[name] = value;
  }
  return headers;
}

/** Headers of an answer on its way to a client, without those that its `Connection` names. */
export function headersToClient(
  received: Record<string, string | string[] | undefined>,
): Record<string, string | string[]> {
  const named = [received["connection"] ?? []]
    .flat()
    .join(",")
    .toLowerCase()
    .split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(received).filter(
      (header): header is [string, string | string[]] =>
        header[1] !== undefined && !NOT_TO_CLIENT.has(header[0]) && !named.includes(header[0]),
    ),
  );
}
