import { Socket } from "node:net";
import pg from "pg";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";

const DEFAULT_PING_INTERVAL_MS = 300;
const DEFAULT_PING_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_BACKOFF: Backoff = { baseMs: 100, maxMs: 2_000 };

export interface ListenOptions {
  /** What to do with a payload, per channel. Must not throw; runs in the order of commits. */
  readonly channels: Readonly<Record<string, (payload: string) => void>>;
  /**
   * Listening (again). Whatever was notified since the last `onDisconnected` is lost, and so is what came before the
   * first connection: drop what is held.
   */
  readonly onConnected?: (() => void) | undefined;
  /** Not listening any more. Called once per loss, not per vain attempt to connect. */
  readonly onDisconnected?: ((reason: unknown) => void) | undefined;
  /** Between two questions whether the connection lives. Default 300 ms. */
  readonly pingIntervalMs?: number | undefined;
  /** A question not answered in this time means a dead connection. Default 500 ms. */
  readonly pingTimeoutMs?: number | undefined;
  /** A clock that never goes back, in milliseconds. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  readonly applicationName?: string | undefined;
}

export interface Listener extends AsyncDisposable {
  /**
   * The moment, on the listener's clock, up to which everything committed has been handed over: when the last answered
   * ping was sent. Undefined while not connected.
   */
  freshAsOfMs(): number | undefined;
  /** Whether the feed can be trusted now: connected, and proven to be so within a ping's interval and timeout. */
  isLive(): boolean;
}

/**
 * Listen to notifications of Postgres on a connection of its own, which is watched by pings (a half-open connection
 * gives no error) and opened again with back-off, for ever. Returns at once; `onConnected` tells when it listens.
 */
export function listenChannels(url: string, options: ListenOptions): Listener {
  const now = options.now ?? (() => performance.now());
  const trustedMs =
    (options.pingIntervalMs ?? DEFAULT_PING_INTERVAL_MS) +
    (options.pingTimeoutMs ?? DEFAULT_PING_TIMEOUT_MS);
  const stopping = new AbortController();
  const state: FeedState = { freshAsOfMs: undefined };
  const running = keepListening({ url, options, now, state, signal: stopping.signal });
  return {
    freshAsOfMs: () => state.freshAsOfMs,
    isLive: () => state.freshAsOfMs !== undefined && now() - state.freshAsOfMs <= trustedMs,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

interface FeedState {
  freshAsOfMs: number | undefined;
}

interface Feed {
  readonly url: string;
  readonly options: ListenOptions;
  readonly now: () => number;
  readonly state: FeedState;
  readonly signal: AbortSignal;
}

async function keepListening(feed: Feed): Promise<void> {
  const { signal, options, state } = feed;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      await listenOnce(feed, () => (attempt = 0));
    } catch (reason) {
      const wasConnected = state.freshAsOfMs !== undefined;
      state.freshAsOfMs = undefined;
      if (wasConnected) options.onDisconnected?.(reason);
    }
    await pause(backoffMs(attempt, RECONNECT_BACKOFF, Math.random), signal);
    attempt += 1;
  }
  state.freshAsOfMs = undefined;
}

/** Connect, listen, and ping until the connection is lost (throws) or the signal is given (returns). */
async function listenOnce(feed: Feed, onConnected: () => void): Promise<void> {
  const { options, signal, now, state } = feed;
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: feed.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: options.applicationName ?? "canarec listener",
    stream: () => socket,
  });
  const lost = lossOf(client);
  const end = () => socket.destroy();
  signal.addEventListener("abort", end);
  try {
    await Promise.race([client.connect(), lost]);
    client.on("notification", ({ channel, payload }) => options.channels[channel]?.(payload ?? ""));
    const sentAtMs = now();
    for (const channel of Object.keys(options.channels)) {
      await Promise.race([client.query(`listen ${pg.escapeIdentifier(channel)}`), lost]);
    }
    state.freshAsOfMs = sentAtMs;
    onConnected();
    options.onConnected?.();
    await pingUntilLost(client, lost, feed);
  } catch (reason) {
    if (!signal.aborted) throw reason;
  } finally {
    signal.removeEventListener("abort", end);
    socket.destroy();
  }
}

async function pingUntilLost(client: pg.Client, lost: Promise<never>, feed: Feed): Promise<void> {
  const { options, signal, now, state } = feed;
  while (!signal.aborted) {
    const sentAtMs = now();
    const timeoutMs = options.pingTimeoutMs ?? DEFAULT_PING_TIMEOUT_MS;
    await Promise.race([answerWithin(client.query("select 1"), timeoutMs), lost]);
    state.freshAsOfMs = sentAtMs;
    await Promise.race([pause(options.pingIntervalMs ?? DEFAULT_PING_INTERVAL_MS, signal), lost]);
  }
}

/** Rejects when the connection breaks; never resolves. */
function lossOf(client: pg.Client): Promise<never> {
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => {
      reject(new Error("the connection ended"));
    });
  });
  lost.catch(() => undefined); // it may break when nobody waits for it any more
  return lost;
}

async function answerWithin(answer: Promise<unknown>, timeoutMs: number): Promise<void> {
  const cancel = new AbortController();
  // When this process itself was busy, the answer may lie in the socket unread: read before judging.
  const tooLate = pause(timeoutMs, cancel.signal).then(turnOfEventLoop);
  try {
    const isAnswered = await Promise.race([answer.then(() => true), tooLate.then(() => false)]);
    if (!isAnswered) throw new Error(`no answer within ${timeoutMs} ms`);
  } finally {
    cancel.abort();
  }
}

async function turnOfEventLoop(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after the time, or at once when the signal is given. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
