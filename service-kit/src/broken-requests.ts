import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Socket } from "node:net";

/** What a broken request is told; nothing of it is repeated. */
const BROKEN: Readonly<Record<string, { readonly status: string; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: "431 Request Header Fields Too Large",
    message: "the headers are too large",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "408 Request Timeout",
    message: "the request took too long to arrive",
  },
};
const MALFORMED = { status: "400 Bad Request", message: "the request is not valid HTTP" };

/** Answer what is no HTTP with one JSON error, and close. `broken` is told the status of each. */
export function answerBroken(
  server: Server,
  broken: (status: number) => void = () => undefined,
): void {
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    // What follows an answer on a connection might be taken for a second one to the same request.
    if (socket.bytesWritten > 0) {
      socket.destroySoon();
      return;
    }
    const answer = BROKEN[error.code ?? ""] ?? MALFORMED;
    broken(Number.parseInt(answer.status, 10));
    const body = JSON.stringify({ code: "invalid_argument", message: answer.message });
    socket.end(
      `HTTP/1.1 ${answer.status}\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
}

const NOT_OURS = JSON.stringify({
  code: "invalid_argument",
  message: "expected one host, and a path as the target",
});

/**
 * Refuse what is for a proxy, which we are not, or may be read in two ways: a target that is no path (`GET
 * http://elsewhere/`), and more than one host.
 */
export function originFormOnly(listener: RequestListener): RequestListener {
  return (req, res) => {
    if (isOriginForm(req)) {
      listener(req, res);
      return;
    }
    res.writeHead(400, { "content-type": "application/json; charset=utf-8", connection: "close" });
    res.end(NOT_OURS);
  };
}

/** Whether a request's target is a path, and it names one host at most. */
export function isOriginForm({
  url,
  rawHeaders,
}: Pick<IncomingMessage, "url" | "rawHeaders">): boolean {
  if (url?.startsWith("/") !== true) return false;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts <= 1;
}
