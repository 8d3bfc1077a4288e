import type { Database } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { type CoalescedBatch, coalesceEvents } from "../coalesce/coalesce-events.ts";
import type { StreamEvent } from "../contract/event.ts";
import { parseLine } from "../parsing/parse-line.ts";
import type { StreamLimits } from "../parsing/limits.ts";
import type { EventMessage } from "./message.ts";
import { createPlaceholders } from "./placeholders.ts";
import { keptDays } from "./kept-days.ts";
import type { TopicWriter } from "./topic-writer.ts";
import { type HashedAnswer, hashedAnswer, writeAccounts, writeAnswers } from "./write-answers.ts";
import { type KeyedPair, writeInteractions } from "./write-interactions.ts";

/** Days of hourly watches and of the platform's answers that are kept. */
const KEPT_DAYS = 7;

export interface StreamWriterOptions {
  readonly db: Database;
  readonly limits: StreamLimits;
  readonly now: () => Date;
  readonly observe: {
    /** Lines that another line of their batch made superfluous. */
    coalesced(lines: number): void;
    /** Watch hours and answers too old to be kept, or too far ahead. */
    outsideWindow(lines: number): void;
  };
}

/** Writes the platform's stream: interactions and what follows from them, accounts, the platform's own answers. */
export function createStreamWriter(options: StreamWriterOptions): TopicWriter<StreamEvent> {
  const { db, limits, now, observe } = options;
  const placeholders = createPlaceholders(db);
  return {
    parse: (value, timestampMs) => parseLine(value, timestampMs, limits),
    async prepare(messages) {
      const window = keptDays(now(), KEPT_DAYS);
      const batch = coalesceEvents(events(messages), { ratingMax: limits.ratingMax, window });
      const answers = hashedAnswers(messages).filter(({ event }) => window.includes(event.atMs));
      observe.coalesced(batch.superfluous);
      observe.outsideWindow(batch.outsideWindow + batch.recommendations.length - answers.length);
      const keyOf = await placeholders.ensure(moviesOf(batch), usersOf(batch));
      const pairs: KeyedPair[] = batch.pairs.map(({ userId, movieId, state, hours }) => ({
        userId,
        movieKey: keyOf(movieId),
        state,
        hours,
      }));
      return {
        highEventAtMs: batch.highEventAtMs,
        async write(client) {
          await writeAccounts(client, batch.accounts);
          await writeAnswers(client, answers);
          await writeInteractions(client, pairs);
        },
      };
    },
    async refresh() {
      placeholders.forget();
      await ensurePartitions(db, now());
    },
  };
}

function* events(messages: readonly EventMessage<StreamEvent>[]) {
  for (const { event } of messages) yield event;
}

function hashedAnswers(messages: readonly EventMessage<StreamEvent>[]): HashedAnswer[] {
  const answers: HashedAnswer[] = [];
  for (const { event, value } of messages)
    if (event.kind === "recommendation") answers.push(hashedAnswer(event, value));
  return answers;
}

function moviesOf(batch: CoalescedBatch): Set<string> {
  return new Set(batch.pairs.map(({ movieId }) => movieId));
}

function usersOf(batch: CoalescedBatch): Set<number> {
  const users = new Set(batch.accounts.keys());
  for (const { userId } of batch.pairs) users.add(userId);
  for (const { userId } of batch.recommendations) users.add(userId);
  return users;
}
