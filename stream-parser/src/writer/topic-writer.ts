import type pg from "pg";
import type { Rejection } from "../parsing/rejection.ts";
import type { EventMessage } from "./message.ts";

/** What is particular to one topic: how its messages are read, and what is written for them. */
export interface TopicWriter<Event> {
  /** Total. */
  parse(value: Buffer | null, timestampMs: number): Event | Rejection;
  /** Make ready to write a batch, outside of any transaction; `write` may run several times. */
  prepare(messages: readonly EventMessage<Event>[]): Promise<PreparedBatch>;
  /** What is remembered of Postgres may be wrong: make sure anew. */
  refresh(): Promise<void>;
}

export interface PreparedBatch {
  /** Latest event time; null where no event has one. */
  readonly highEventAtMs: number | null;
  /** Write everything; idempotent. */
  write(client: Pick<pg.ClientBase, "query">): Promise<void>;
}
