/** An answer of HTTP/1, as far as we look at it. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Whether the connection may be used again. */
  readonly kept: boolean;
}

/** `partial`: more has to come. `invalid`: not HTTP/1, framed in two ways, or too large. */
export type Parsed =
  | { readonly kind: "complete"; readonly answer: Answer }
  | { readonly kind: "partial"; readonly status: number | null }
  | { readonly kind: "invalid"; readonly status: number | null };

/** Longest status line and headers, in bytes. */
const HEAD_BYTES = 16 * 1_024;

/** Longest line that tells how long a chunk is. */
const CHUNK_LINE_BYTES = 64;

/** Status line and headers without any liberty. */
const HEAD =
  /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?((?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*)*)$/;

/**
 * Read the one answer to one GET (RFC 9112), strictly: its framing is given once, and nothing follows it.
 *
 * @param bytes all received since the request. @param ended whether no more will come.
 */
export function parseAnswer(bytes: Buffer, bodyLimit: number, ended: boolean): Parsed {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) {
    const hopeless = bytes.length > HEAD_BYTES || !mayBegin(bytes);
    return { kind: hopeless ? "invalid" : "partial", status: null };
  }
  const head = parseHead(bytes.toString("latin1", 0, headEnd));
  if (head === undefined || headEnd > HEAD_BYTES) return { kind: "invalid", status: null };
  const rest = bytes.subarray(headEnd + 4);
  // An interim answer: the real one follows.
  if (head.status < 200) return parseAnswer(rest, bodyLimit, ended);
  const { status, headers } = head;
  const body = parseBody(head, rest, ended);
  if (typeof body === "string") return { kind: body, status };
  if (body.text.length > bodyLimit) return { kind: "invalid", status };
  const text = body.text.toString();
  const kept = body.kept && head.kept;
  return { kind: "complete", answer: { status, headers, body: text, kept } };
}

/** Whether bytes without an end of the head may yet become an answer. */
function mayBegin(bytes: Buffer): boolean {
  const begin = "HTTP/1.";
  return begin.startsWith(bytes.toString("latin1", 0, begin.length));
}

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly kept: boolean;
}

function parseHead(text: string): Head | undefined {
  const [, minor, status, block = ""] = HEAD.exec(text) ?? [];
  if (status === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (let at = 0; at < block.length;) {
    const colon = block.indexOf(":", at);
    const name = block.slice(at + 2, colon).toLowerCase();
    at = block.indexOf("\r\n", colon);
    if (at < 0) at = block.length;
    const value = block.slice(colon + 1, at).trim();
    const before = headers[name];
    if (before !== undefined && FRAMING.has(name)) return undefined;
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  const connection = headers["connection"]?.toLowerCase();
  return { status: Number(status), headers, kept: minor === "1" && connection !== "close" };
}
const FRAMING = new Set(["content-length", "transfer-encoding"]);

interface Body {
  readonly text: Buffer;
  readonly kept: boolean;
}

function parseBody(
  { status, headers }: Head,
  rest: Buffer,
  ended: boolean,
): Body | "partial" | "invalid" {
  const { "content-length": length, "transfer-encoding": encoding } = headers;
  if (length !== undefined && encoding !== undefined) return "invalid";
  if (status === 204 || status === 304)
    return { text: rest.subarray(0, 0), kept: rest.length === 0 };
  if (encoding !== undefined) {
    return encoding.toLowerCase() === "chunked" ? parseChunks(rest) : "invalid";
  }
  if (length === undefined) return ended ? { text: rest, kept: false } : "partial";
  if (!/^\d{1,15}$/.test(length)) return "invalid";
  const bytes = Number(length);
  if (rest.length < bytes) return "partial";
  return { text: rest.subarray(0, bytes), kept: rest.length === bytes };
}

function parseChunks(rest: Buffer): Body | "partial" | "invalid" {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return rest.length - at > CHUNK_LINE_BYTES ? "invalid" : "partial";
    const line = /^([\da-f]{1,6})(?:;[^\r\n]*)?$/i.exec(rest.toString("latin1", at, lineEnd));
    if (line === null) return "invalid";
    const bytes = parseInt(line[1] ?? "", 16);
    at = lineEnd + 2;
    if (bytes === 0) {
      if (rest.length < at + 2) return "partial";
      // Trailers are not wanted: whoever sends some is asked on another connection.
      const kept = rest.length === at + 2 && rest.toString("latin1", at) === "\r\n";
      return { text: Buffer.concat(chunks), kept };
    }
    if (rest.length < at + bytes + 2) return "partial";
    chunks.push(rest.subarray(at, at + bytes));
    if (rest.toString("latin1", at + bytes, at + bytes + 2) !== "\r\n") return "invalid";
    at += bytes + 2;
  }
}
