import pg from "pg";

/**
 * What to do about a batch that Postgres did not take:
 *
 * - `forget`: a row it refers to, or a partition for its day, has gone: look again, then repeat
 * - `split`: some value in it cannot be stored: find the message by halving, and reject that one
 * - `wait`: Postgres is away, full or broken, or we are: no message is to blame, repeat until it works
 */
export type BatchFailure = "forget" | "split" | "wait";

const FOREIGN_KEY_VIOLATION = "23503";
const NO_PARTITION = /^no partition of relation/;

export function classifyFailure(thrown: unknown): BatchFailure {
  if (!(thrown instanceof pg.DatabaseError)) return "wait";
  const code = thrown.code ?? "";
  if (code === FOREIGN_KEY_VIOLATION || NO_PARTITION.test(thrown.message)) return "forget";
  // 22: data exception; 23: a constraint.
  return code.startsWith("22") || code.startsWith("23") ? "split" : "wait";
}
