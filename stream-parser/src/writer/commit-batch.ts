import type { Database } from "@canarec/db-utils/database";
import { isRejection, rejection } from "../parsing/rejection.ts";
import { classifyFailure } from "./failure.ts";
import type { EventMessage, ParsedMessage, RejectedMessage } from "./message.ts";
import { type Position, advancePosition, holdsPosition } from "./position.ts";
import type { TopicWriter } from "./topic-writer.ts";
import { type Source, writeRejections } from "./write-rejections.ts";

/** Messages of one partition, in order, and where they begin. */
export interface Batch<Event> {
  readonly source: Source;
  readonly messages: readonly ParsedMessage<Event>[];
  /** Where Postgres must still be for the batch to be written. */
  readonly from: Position;
  /** The topic was made anew: the offsets begin again below `from`. */
  readonly fromBeginning: boolean;
}

export interface CommitOptions<Event> {
  readonly db: Database;
  readonly writer: TopicWriter<Event>;
  readonly now: () => Date;
  /** Hash of the message at which the position will stand. */
  readonly fingerprint: (message: ParsedMessage<Event>) => string;
}

export interface Committed<Event> {
  readonly position: Position;
  /** As written: a message that Postgres refused has become a rejection. */
  readonly messages: readonly ParsedMessage<Event>[];
}

/**
 * Write a batch and the position after it in one transaction. If Postgres refuses a value that parsing let pass, the
 * batch is halved until the message is found, and that message is rejected: a batch never stands in the way for ever.
 *
 * @returns undefined when the position is not where it was expected: another parser has advanced. Of a batch that was
 * halved the first part may be written then.
 * @throws whatever Postgres or the connection to it throws when no message is to blame.
 */
export async function commitBatch<Event extends object>(
  batch: Batch<Event>,
  options: CommitOptions<Event>,
): Promise<Committed<Event> | undefined> {
  try {
    return await commitWhole(batch, options);
  } catch (failure) {
    const kind = classifyFailure(failure);
    if (kind === "wait") throw failure;
    if (kind === "forget") {
      await options.writer.refresh();
      return await commitWhole(batch, options).catch((again: unknown) => {
        if (classifyFailure(again) === "wait") throw again;
        return commitHalves(batch, options);
      });
    }
    return commitHalves(batch, options);
  }
}

async function commitHalves<Event extends object>(
  batch: Batch<Event>,
  options: CommitOptions<Event>,
): Promise<Committed<Event> | undefined> {
  const { messages } = batch;
  if (messages.length === 1) {
    const refused = messages.map((message) => ({ ...message, outcome: rejection("unstorable") }));
    return commitWhole({ ...batch, messages: refused }, options);
  }
  const middle = messages.length >> 1;
  const first = await commitBatch({ ...batch, messages: messages.slice(0, middle) }, options);
  if (first === undefined) return undefined;
  const second = await commitBatch(
    {
      ...batch,
      messages: messages.slice(middle),
      from: first.position,
      fromBeginning: false,
    },
    options,
  );
  return second && { ...second, messages: [...first.messages, ...second.messages] };
}

async function commitWhole<Event extends object>(
  batch: Batch<Event>,
  { db, writer, now, fingerprint }: CommitOptions<Event>,
): Promise<Committed<Event> | undefined> {
  const { source, messages, from, fromBeginning } = batch;
  const last = messages.at(-1);
  if (last === undefined) return { position: from, messages };
  const position = { nextOffset: last.offset + 1, fingerprint: fingerprint(last) };
  const { events, rejected } = separate(messages);
  const prepared = await writer.prepare(events);
  const isHeld = await db.transaction(async ({ client }) => {
    // Data and position are one transaction and Kafka keeps the lines: a crash of the server may lose both together.
    await client.query("set local synchronous_commit = off");
    if (!(await holdsPosition(client, source, from))) return false;
    await writeRejections(client, source, rejected, now().getTime());
    await advancePosition(client, source, {
      to: position,
      lines: messages.length,
      highEventAtMs: prepared.highEventAtMs,
      fromBeginning,
    });
    await prepared.write(client);
    return true;
  });
  return isHeld ? { position, messages } : undefined;
}

function separate<Event extends object>(messages: readonly ParsedMessage<Event>[]) {
  const events: EventMessage<Event>[] = [];
  const rejected: RejectedMessage[] = [];
  for (const { offset, value, outcome } of messages) {
    if (isRejection(outcome)) rejected.push({ offset, value, reason: outcome.reason });
    else if (value !== null) events.push({ event: outcome, value });
  }
  return { events, rejected };
}
