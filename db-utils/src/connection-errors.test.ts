import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { connectError, isConnectionFailure, isRetryable } from "./connection-errors.ts";

/** What the server says, by SQLSTATE. */
function said(code: string): DatabaseError {
  const error = new DatabaseError("no", 0, "error");
  error.code = code;
  return error;
}
/** What the socket says. */
const socket = (code: string) => Object.assign(new Error("no"), { code });
/** As drizzle hands it on. */
const wrapped = (cause: unknown) => new Error("Failed query", { cause });

describe("a transaction", () => {
  it.each([
    ["a conflict", said("40001"), true],
    ["a deadlock", said("40P01"), true],
    ["one that was wrapped", wrapped(said("40001")), true],
    ["a key that is there", said("23505"), false],
    ["a lost connection", socket("ECONNRESET"), false],
    ["no error at all", "40001", false],
    ["nothing", undefined, false],
  ])("is run again after %s: %s", (_, thrown, again) => {
    expect(isRetryable(thrown)).toBe(again);
  });
});

describe("Postgres", () => {
  it.each([
    ["57P01", true],
    ["57P02", true],
    ["57P03", true],
    ["53300", true],
    ["08006", true],
    ["08P01", true],
    ["53200", false],
    ["57014", false],
    ["40001", false],
    ["108006", false],
    ["080060", false],
  ])("is away where it says %s: %s", (code, isAway) => {
    expect(isConnectionFailure(said(code))).toBe(isAway);
    expect(isConnectionFailure(wrapped(said(code)))).toBe(isAway);
  });

  it.each([
    ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
    ...["EHOSTUNREACH", "ENETUNREACH", "ENOENT"],
  ])("is away where the socket says %s", (code) => {
    expect(isConnectionFailure(socket(code))).toBe(true);
    expect(isConnectionFailure(wrapped(wrapped(socket(code))))).toBe(true);
  });

  it.each([
    "Connection terminated unexpectedly",
    "Query read timeout",
    "timeout expired",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error and is not queryable",
    "Client was closed and is not queryable",
  ])("is away where its client says %s", (message) => {
    expect(isConnectionFailure(new Error(message))).toBe(true);
    expect(isConnectionFailure(wrapped(new Error(message)))).toBe(true);
    expect(isConnectionFailure(new Error(`not so: ${message}`))).toBe(false);
  });

  it("is away where one of several addresses could not be reached", () => {
    const both = (...errors: Error[]) => new AggregateError(errors);
    expect(isConnectionFailure(both(socket("EACCES"), socket("ECONNREFUSED")))).toBe(true);
    expect(isConnectionFailure(both(socket("EACCES")))).toBe(false);
  });

  it.each([socket("EACCES"), new Error("syntax error"), "ECONNRESET", null])(
    "is not away for %s",
    (thrown) => {
      expect(isConnectionFailure(thrown)).toBe(false);
    },
  );
});

describe("a connection that cannot be opened", () => {
  it.each([
    [
      "28P01",
      "unauthenticated",
      "Postgres at db:5432 refuses the user or password of DATABASE_URL",
    ],
    [
      "28000",
      "unauthenticated",
      "Postgres at db:5432 refuses the user or password of DATABASE_URL",
    ],
    [
      "3D000",
      "failed_precondition",
      "Postgres at db:5432 has no such database as DATABASE_URL names",
    ],
    ["57P03", "unavailable", "no Postgres answers at db:5432 (DATABASE_URL)"],
    ["42501", "internal", "cannot connect to Postgres at db:5432 (DATABASE_URL): no"],
  ])("because of %s is %s", (state, code, message) => {
    const thrown = said(state);
    expect(connectError(thrown, "db:5432")).toMatchObject({ code, message, cause: thrown });
  });
});
