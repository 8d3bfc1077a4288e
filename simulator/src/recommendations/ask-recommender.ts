import { messageOf } from "@canarec/service-kit/errors";
import { Pool } from "undici";
import type { Answer } from "../world/answers.ts";

/** The recommender as the platform sees it. */
export interface Recommender extends AsyncDisposable {
  /** `host:port`, as the platform logs it. */
  readonly server: string;
  /** Never throws: a failure is an answer of status 0 with the platform's text for it. */
  ask(userId: number): Promise<Answer>;
}

const CONNECTIONS = 128;
const MAX_ERROR_TEXT = 200;

/** Ask over HTTP: `GET <url>/recommend/<userId>`, one line of ids, within the deadline. */
export function openRecommender(url: string, deadlineMs: number): Recommender {
  const { origin, host } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  return {
    server: host,
    async ask(userId) {
      const start = performance.now();
      const ms = () => Math.round(performance.now() - start);
      try {
        const response = await pool.request({
          method: "GET",
          path: `/recommend/${userId}`,
          signal: AbortSignal.timeout(deadlineMs),
        });
        const body = await response.body.text();
        return answered(response.statusCode, body, ms());
      } catch (failure) {
        return { status: 0, movieIds: [], error: failureText(failure, host, deadlineMs), ms: ms() };
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** What the platform makes of an answer that came in time. */
export function answered(status: number, body: string, ms: number): Answer {
  if (status !== 200) {
    const text = body.replaceAll(/\s+/g, " ").trim().slice(0, MAX_ERROR_TEXT);
    return { status, movieIds: [], error: text, ms };
  }
  const movieIds = body.split(",").map((id) => id.trim());
  return { status, movieIds: movieIds.filter((id) => id !== ""), error: null, ms };
}

/** The Java exception that the platform logs when there was no answer. */
export function failureText(failure: unknown, host: string, deadlineMs: number): string {
  if (failure instanceof Error && failure.name === "TimeoutError") {
    return `java.util.concurrent.TimeoutException: Request timeout to host/${host} after ${deadlineMs} ms`;
  }
  const text = messageOf(failure).replaceAll(/\s+/g, " ").slice(0, MAX_ERROR_TEXT);
  return `java.net.ConnectException: ${text} to host/${host}`;
}
