import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type RequestListener, type Server, type ServerOptions, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { z } from "zod";
import { answerBroken, originFormOnly } from "./broken-requests.ts";
import { ServiceError } from "./errors.ts";

export interface ErrorLog {
  error(fields: { err: unknown; path: string; requestId: unknown }, message: string): void;
}

/** Longest request line plus headers, in bytes; Node answers 431 beyond it. */
export const HEADER_BYTES = 16 * 1024;

/** A client that has not sent its headers by then is cut off. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Above the idle time of the load balancer's connections, so that it closes first. */
const KEEP_ALIVE_TIMEOUT_MS = 70_000;

/** Parse untrusted input; a mismatch is the client's fault, and says in one line which field. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ServiceError("invalid_argument", parsed.error.issues.map(inWords).join("; "), {
    cause: parsed.error,
  });
}

/** `name: expected …`; of the whole, without a name. */
function inWords({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

/**
 * An express app without what costs time or tells about us: no ETag, no X-Powered-By. Every answer
 * is whole: one that depends on what the client already has (RFC 9110, section 13) would need tags.
 */
export function createApp(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.use(withoutConditions());
  return app;
}

/** Drop what would have express answer 304 without a body, such as `If-None-Match: *`. */
function withoutConditions(): RequestHandler {
  return (req, _res, next) => {
    delete req.headers["if-none-match"];
    delete req.headers["if-modified-since"];
    next();
  };
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Keep a well-formed `x-request-id`, or make one, and echo it. */
export function requestIds(): RequestHandler {
  return (req, res, next) => {
    res.setHeader("x-request-id", requestIdOf(req.headers["x-request-id"]));
    next();
  };
}

/** A request id as received, where it is well-formed; else a new one. */
export function requestIdOf(received: string | string[] | undefined): string {
  return typeof received === "string" && REQUEST_ID.test(received) ? received : randomUUID();
}

/** Mount after every route: a path that none of them knows. */
export function unknownPath(): RequestHandler {
  return () => {
    throw new ServiceError("not_found", "no such path");
  };
}

/** The one place where an error becomes an HTTP response. Mount it last. */
export function errorHandler(log: ErrorLog): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const error = ServiceError.from(thrown);
    // Our own failures are logged in full and answered without detail.
    const ours = error.httpStatus >= 500;
    const requestId = res.getHeader("x-request-id");
    if (ours) log.error({ err: thrown, path: req.path, requestId }, "request failed");
    if (res.headersSent) {
      next(error);
      return;
    }
    res.status(error.httpStatus).json({
      code: error.code,
      message: ours && error.code !== "unavailable" ? "internal error" : error.message,
    });
  };
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A socket that is bound to both already, from another process. */
  readonly socket?: object;
  /** How long requests in flight may take once it is disposed. Default 10 s. */
  readonly drainMs?: number;
}

/** Limits of every HTTP server of ours: header size, slow clients, keep-alive. */
export const SERVER_LIMITS: ServerOptions = {
  maxHeaderSize: HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  connectionsCheckingInterval: 1_000,
};

/**
 * Start listening; disposing it stops accepting and waits for requests in flight.
 *
 * @throws ServiceError "unavailable" when the address is taken or not ours.
 */
export async function listen(app: Express, options: ListenOptions): Promise<RunningServer> {
  return serve(createOwnServer(app), options);
}

/** A server with our limits, not yet listening, that refuses what may be read in two ways. */
export function createOwnServer(listener: RequestListener): Server {
  const server = createServer(SERVER_LIMITS, originFormOnly(listener));
  answerBroken(server);
  return server;
}

/** The same for a plain server. */
export async function serve(server: Server, options: ListenOptions): Promise<RunningServer> {
  if (options.socket === undefined) server.listen(options.port, options.host);
  else server.listen(options.socket);
  try {
    await once(server, "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "error";
    throw new ServiceError(
      "unavailable",
      `cannot listen on ${options.host}:${options.port}: ${code}`,
      { cause },
    );
  }
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://${options.host}:${port}`,
    [Symbol.asyncDispose]: () => close(server, options.drainMs ?? 10_000),
  };
}

async function close(server: Server, drainMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const limit = setTimeout(() => {
    server.closeAllConnections();
  }, drainMs);
  await closed;
  clearTimeout(limit);
}
