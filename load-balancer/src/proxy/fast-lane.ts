import { type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { requestIdOf } from "@canarec/service-kit/http";
import type { Answering } from "./respond.ts";
import { type SimpleRequest, parseSimpleRequest } from "./simple-request.ts";

export interface FastLaneOptions {
  /** For the first bytes of a connection. */
  readonly firstMs: number;
  /** For a connection that was answered, until it asks again. */
  readonly keepAliveMs: number;
  readonly begin: (answering: Answering, userId: number, requestId: string) => void;
}

/**
 * Answer simple requests for recommendations on a server's connections without Node's own HTTP server, which
 * takes as long for one as all our work does. A connection that sends anything else is that server's from
 * then on, with all its limits and checks.
 */
export function openFastLane(server: Server, options: FastLaneOptions): void {
  const complete = server.listeners("connection") as ((socket: Socket) => void)[];
  const connections = new Set<FastConnection>();
  const handOver = (socket: Socket) => {
    for (const listener of complete) listener.call(server, socket);
  };
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const connection = new FastConnection(socket, {
      ...options,
      handOver,
      late: () => server.emit("clientError", TIMED_OUT, socket),
      left: () => connections.delete(connection),
    });
    connections.add(connection);
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  const closeAll = server.closeAllConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const connection of connections) connection.closeIfIdle();
  };
  server.closeAllConnections = () => {
    closeAll();
    for (const connection of connections) connection.destroy();
  };
}

/** As Node's own server says it. */
const TIMED_OUT = Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });

interface FastConnectionOptions extends FastLaneOptions {
  readonly handOver: (socket: Socket) => void;
  readonly late: () => void;
  /** It has ended, or is somebody else's. */
  readonly left: () => void;
}

class FastConnection implements Answering {
  readonly #socket: Socket;
  readonly #options: FastConnectionOptions;
  readonly #heard = (chunk: Buffer) => this.#read(chunk);
  readonly #ended = () => this.#socket.destroy();
  readonly #closed = () => this.#leave();
  readonly #late = () => this.#timedOut();
  /** What came while an answer was under way. */
  #waiting: Buffer | undefined;
  #isBusy = false;
  #wasAnswered = false;
  #close: (() => void) | undefined;
  #head = "";
  #keeps = true;
  writableFinished = false;

  constructor(socket: Socket, options: FastConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.setTimeout(options.firstMs);
    socket.on("data", this.#heard).on("end", this.#ended).on("close", this.#closed);
    socket.on("error", ignore).on("timeout", this.#late);
  }

  closeIfIdle(): void {
    if (!this.#isBusy) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  on(_event: "close", listener: () => void): void {
    this.#close = listener;
  }

  writeHead(status: number, headers: readonly string[]): void {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    this.#keeps = true;
    for (let i = 0; i < headers.length; i += 2) {
      head += `${headers[i] ?? ""}: ${headers[i + 1] ?? ""}\r\n`;
      if (headers[i] === "connection") this.#keeps = false;
    }
    const seconds = Math.floor(this.#options.keepAliveMs / 1_000);
    const kept = this.#keeps ? `connection: keep-alive\r\nkeep-alive: timeout=${seconds}\r\n` : "";
    this.#head = `${head}date: ${httpDate()}\r\n${kept}\r\n`;
  }

  end(body: string): void {
    this.#socket.write(this.#head + body, (failure) => {
      if (failure === undefined || failure === null) this.#sent();
    });
  }

  #read(chunk: Buffer): void {
    if (this.#isBusy) {
      this.#waiting = this.#waiting === undefined ? chunk : Buffer.concat([this.#waiting, chunk]);
      this.#socket.pause();
      return;
    }
    const request = parseSimpleRequest(chunk);
    if (request === undefined) this.#handOver(chunk);
    else this.#begin(request);
  }

  #begin({ userId, requestId }: SimpleRequest): void {
    this.#isBusy = true;
    this.writableFinished = false;
    this.#options.begin(this, userId, requestIdOf(requestId));
  }

  /** The answer has left. */
  #sent(): void {
    this.writableFinished = true;
    this.#isBusy = false;
    this.#tellClosed();
    if (!this.#keeps) {
      this.#socket.destroySoon();
      return;
    }
    if (!this.#wasAnswered) this.#socket.setTimeout(this.#options.keepAliveMs);
    this.#wasAnswered = true;
    const waiting = this.#waiting;
    if (waiting !== undefined) this.#handOver(waiting);
  }

  #tellClosed(): void {
    const close = this.#close;
    this.#close = undefined;
    close?.();
  }

  /** From now on it is Node's own server's, which reads `bytes` first. */
  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    this.#options.left();
    socket.off("data", this.#heard).off("end", this.#ended).off("close", this.#closed);
    socket.off("timeout", this.#late).off("error", ignore);
    socket.setTimeout(0);
    socket.pause();
    this.#options.handOver(socket);
    socket.unshift(bytes);
    process.nextTick(() => socket.resume());
  }

  #timedOut(): void {
    if (this.#isBusy) return;
    if (this.#wasAnswered) this.#socket.destroy();
    else this.#options.late();
  }

  #leave(): void {
    this.#options.left();
    this.#tellClosed();
  }
}

function ignore(): void {
  // What follows is the end of the connection.
}

let dated = { second: 0, text: "" };

/** Made once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dated.second) dated = { second, text: new Date(second * 1_000).toUTCString() };
  return dated.text;
}
