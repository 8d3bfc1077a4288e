import { type Socket, connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { AttemptError } from "../contract/exposure.ts";
import { attemptErrorOf } from "./attempt-error.ts";
import { type Answer, parseAnswer } from "./parse-answer.ts";

/** How one request to one replica ended. */
export type Outcome =
  | ({ readonly kind: "answered" } & Omit<Answer, "kept">)
  | { readonly kind: "failed"; readonly status: number | null; readonly error: AttemptError };

/** A request under way. */
export interface Exchange {
  /** Break the connection off, without a word to whoever asked. */
  abandon(): void;
}

export interface Question {
  /** Begins with a slash; ASCII without blanks. */
  readonly path: string;
  readonly requestId: string;
  /** Most bytes of the answer's body. */
  readonly bodyLimit: number;
  /** Called once, unless the exchange is abandoned first; its time limit is the caller's. */
  readonly done: (outcome: Outcome) => void;
}

/** A connection that takes longer is a sick machine: all of ours are near. */
const CONNECT_TIMEOUT_MS = 250;

/** Below any backend's idle limit, so that we close first and never write into a closing socket. */
const KEEP_ALIVE_MS = 4_000;
const SWEEP_MS = 500;

/**
 * Kept connections to one replica, for one GET at a time each. Written for what users wait for: a general
 * client takes as long for a request as all the rest of an answer does. Callers bound how many are under way.
 */
export class ReplicaConnections {
  readonly #url: URL;
  readonly #head: string;
  /** The one used last at the end. */
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #sweep: NodeJS.Timeout;
  #isFinishing = false;
  #listener: () => void = () => undefined;

  constructor(url: string) {
    this.#url = new URL(url);
    this.#head = ` HTTP/1.1\r\nhost: ${this.#url.host}\r\nconnection: keep-alive\r\nx-request-id: `;
    this.#sweep = setInterval(() => this.#closeIdle(), SWEEP_MS).unref();
  }

  /** Call `listener` whenever a connection breaks. */
  onDisconnect(listener: () => void): void {
    this.#listener = listener;
  }

  get(question: Question): Exchange {
    let connection = this.#idle.pop();
    while (connection?.isUsable === false) connection = this.#idle.pop();
    connection ??= this.#open();
    connection.ask(question, `GET ${question.path}${this.#head}${question.requestId}\r\n\r\n`);
    return connection;
  }

  /** Close each connection when it is idle. */
  finish(): void {
    this.#isFinishing = true;
    for (const connection of [...this.#idle]) connection.close();
  }

  destroy(): void {
    clearInterval(this.#sweep);
    this.#listener = () => undefined;
    for (const connection of this.#all) connection.close();
  }

  #open(): Connection {
    const connection = new Connection(open(this.#url), {
      idle: () => {
        if (this.#isFinishing) connection.close();
        else this.#idle.push(connection);
      },
      closed: (wasBroken) => {
        this.#all.delete(connection);
        const place = this.#idle.indexOf(connection);
        if (place >= 0) this.#idle.splice(place, 1);
        if (wasBroken) this.#listener();
        if (this.#isFinishing && this.#all.size === 0) clearInterval(this.#sweep);
      },
    });
    this.#all.add(connection);
    return connection;
  }

  #closeIdle(): void {
    const limitMs = performance.now() - KEEP_ALIVE_MS;
    for (const connection of [...this.#idle]) {
      if (connection.idleSinceMs < limitMs) connection.close();
    }
  }
}

function open({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (protocol === "http:") return connectTcp({ host, port: Number(port || 80), noDelay: true });
  return connectTls({ host, port: Number(port || 443), servername: host }).setNoDelay();
}

interface ConnectionEvents {
  /** It can be used again. */
  readonly idle: () => void;
  /** It was connected, and we did not mean it to end. */
  readonly closed: (wasBroken: boolean) => void;
}

class Connection implements Exchange {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #limit: NodeJS.Timeout;
  #question: Question | undefined;
  #received: Buffer | undefined;
  #error: AttemptError = "reset";
  #isConnected = false;
  #isClosed = false;
  idleSinceMs = 0;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#limit = setTimeout(() => {
      this.#error = "timeout";
      socket.destroy();
    }, CONNECT_TIMEOUT_MS);
    socket.on("connect", () => {
      clearTimeout(this.#limit);
      this.#isConnected = true;
    });
    socket.on("data", (chunk: Buffer) => this.#heard(chunk));
    socket.on("error", (error) => {
      if (this.#error === "reset") this.#error = attemptErrorOf(error);
    });
    socket.on("close", () => this.#ended());
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed;
  }

  ask(question: Question, request: string): void {
    this.#question = question;
    this.#received = undefined;
    this.#socket.write(request, "latin1");
  }

  abandon(): void {
    this.#question = undefined;
    this.#socket.destroy();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #heard(chunk: Buffer): void {
    if (this.#question === undefined) {
      this.#socket.destroy(); // nobody has asked
      return;
    }
    const all = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = all;
    this.#read(all, false);
  }

  #read(received: Buffer, ended: boolean): void {
    const question = this.#question;
    if (question === undefined) return;
    const parsed = parseAnswer(received, question.bodyLimit, ended);
    if (parsed.kind === "complete") {
      const { kept, ...answer } = parsed.answer;
      this.#question = undefined;
      this.idleSinceMs = performance.now();
      if (kept && !ended) this.#events.idle();
      else this.close();
      question.done({ kind: "answered", ...answer });
    } else if (parsed.kind === "invalid" || received.length > question.bodyLimit + MOST_BESIDE) {
      this.#fail(parsed.status, "invalid_answer");
    } else if (ended) {
      this.#fail(parsed.status, this.#error);
    }
  }

  #fail(status: number | null, error: AttemptError): void {
    const question = this.#question;
    this.#question = undefined;
    this.#socket.destroy();
    question?.done({ kind: "failed", status, error });
  }

  #ended(): void {
    clearTimeout(this.#limit);
    this.#events.closed(this.#isConnected && !this.#isClosed);
    this.#read(this.#received ?? NOTHING, true);
  }
}

/** Beside the body: headers, and the lines of chunks. */
const MOST_BESIDE = 64 * 1_024;

const NOTHING = Buffer.alloc(0);
