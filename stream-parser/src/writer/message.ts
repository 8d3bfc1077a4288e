import type { Rejection } from "../parsing/rejection.ts";

/** One Kafka message, parsed. */
export interface ParsedMessage<Event> {
  readonly offset: number;
  /** The message's own timestamp; negative where it has none. */
  readonly timestampMs: number;
  readonly value: Buffer | null;
  readonly outcome: Event | Rejection;
}

/** A message that is an event. */
export interface EventMessage<Event> {
  readonly event: Event;
  readonly value: Buffer;
}

export interface RejectedMessage {
  readonly offset: number;
  readonly value: Buffer | null;
  readonly reason: Rejection["reason"];
}
