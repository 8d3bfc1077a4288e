import { DatabaseError } from "pg";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";

/** SQLSTATE of a transaction that the server gave up and that may simply run again. */
const RETRYABLE_STATES: ReadonlySet<string> = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
]);

/** SQLSTATE of a server that is going away, coming up or full. Class 08, connection exception, beside these. */
const AWAY_STATES: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "53300", // too_many_connections
]);

const SOCKET_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT", // a Unix socket that is not there
]);

/** What `pg` throws, without a code, when a connection is lost or does not answer. */
const LOST_MESSAGES =
  /^(Connection terminated|Query read timeout|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** Whether a transaction failed for no fault of its own (conflict or deadlock) and is to be run again. */
export function isRetryable(thrown: unknown): boolean {
  return RETRYABLE_STATES.has(codeOf(thrown) ?? "");
}

/** Whether Postgres is away or the connection is gone: waiting and trying again may help. */
export function isConnectionFailure(thrown: unknown): boolean {
  if (thrown instanceof AggregateError) return thrown.errors.some(isConnectionFailure);
  const code = codeOf(thrown);
  if (code !== undefined) {
    return SOCKET_CODES.has(code) || AWAY_STATES.has(code) || /^08...$/.test(code);
  }
  if (!(thrown instanceof Error)) return false;
  return LOST_MESSAGES.test(thrown.message) || isConnectionFailure(thrown.cause);
}

/** Why a connection could not be opened, in one line without the URL's secrets. */
export function connectError(thrown: unknown, address: string): ServiceError {
  const cause = { cause: thrown };
  const code = codeOf(thrown);
  if (code === "28P01" || code === "28000") {
    return new ServiceError(
      "unauthenticated",
      `Postgres at ${address} refuses the user or password of DATABASE_URL`,
      cause,
    );
  }
  if (code === "3D000") {
    return new ServiceError(
      "failed_precondition",
      `Postgres at ${address} has no such database as DATABASE_URL names`,
      cause,
    );
  }
  return isConnectionFailure(thrown)
    ? new ServiceError("unavailable", `no Postgres answers at ${address} (DATABASE_URL)`, cause)
    : new ServiceError(
        "internal",
        `cannot connect to Postgres at ${address} (DATABASE_URL): ${messageOf(thrown)}`,
        cause,
      );
}

function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof DatabaseError) return thrown.code;
  if (!(thrown instanceof Error)) return undefined;
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  // drizzle wraps what the driver threw.
  return thrown.cause instanceof Error ? codeOf(thrown.cause) : undefined;
}
