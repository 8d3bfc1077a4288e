import type { KafkaMessage } from "kafkajs";
import { backoffMs } from "@canarec/service-kit/backoff";
import type { Position } from "../writer/position.ts";
import type { ParsedMessage } from "../writer/message.ts";
import { type ReadingPosition, admit } from "./admit.ts";
import { fingerprint } from "./fingerprint.ts";
import { pause } from "./pause.ts";

/** What a lane does with its messages; all of it may be slow but parse. */
export interface LaneOptions<Event> {
  readonly parse: (message: RawMessage) => ParsedMessage<Event>;
  /** @returns the position after the batch, or undefined when another parser has advanced. */
  readonly commit: (batch: LaneBatch<Event>) => Promise<Position | undefined>;
  /** Postgres did not take a batch; the lane tries again. */
  readonly onFailure: (failure: unknown) => void;
  readonly onCommitted: () => void;
  /** Nothing more comes from this lane: its position must be read anew. */
  readonly onLost: () => void;
  /** Where it begins. */
  readonly start: Position;
}

export interface LaneBatch<Event> {
  readonly messages: readonly ParsedMessage<Event>[];
  readonly from: Position;
  readonly fromBeginning: boolean;
}

export interface RawMessage {
  readonly offset: number;
  readonly timestampMs: number;
  readonly value: Buffer | null;
}

/** Most messages in one transaction: enough that its fixed costs vanish, few enough to end within a second. */
const BATCH_MESSAGES = 10_000;

/** What may wait beside the batch being written. A fetch brings at most a megabyte more. */
const WAITING_MESSAGES = 10_000;
const WAITING_BYTES = 8 * 1024 * 1024;

const RETRY = { baseMs: 200, maxMs: 2_000 };

/**
 * One partition's way into Postgres: messages wait in order, and while one batch is written the next one is fetched and
 * parsed. A batch that Postgres does not take is tried until it does.
 */
export class Lane<Event> {
  readonly #options: LaneOptions<Event>;
  readonly #stopping = new AbortController();
  #reading: ReadingPosition;
  #written: Position;
  #fromBeginning = false;
  #waiting: ParsedMessage<Event>[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #wakeReader: (() => void) | undefined;

  constructor(options: LaneOptions<Event>) {
    this.#options = options;
    this.#written = options.start;
    const { nextOffset, fingerprint: unverified } = options.start;
    this.#reading = { nextOffset, unverified };
  }

  get reading(): ReadingPosition {
    return this.#reading;
  }

  get written(): Position {
    return this.#written;
  }

  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /**
   * Take a fetched batch.
   *
   * @returns how many offsets were missing before it; or "restart" when the reader must seek to the beginning.
   */
  accept(fetched: readonly KafkaMessage[]): number | "restart" {
    const [first] = fetched;
    if (first === undefined || this.isStopped) return 0;
    const admission = admit(this.#reading, Number(first.offset), () =>
      fingerprint(rawMessage(first)),
    );
    if (admission.kind === "restart") {
      this.#reading = { nextOffset: 0, unverified: null };
      this.#fromBeginning = true;
      return "restart";
    }
    for (let index = admission.from; index < fetched.length; index += 1) {
      const message = fetched[index];
      if (message !== undefined) this.#add(rawMessage(message));
    }
    const next = Number(fetched.at(-1)?.offset) + 1;
    this.#reading = { nextOffset: Math.max(next, this.#reading.nextOffset), unverified: null };
    if (this.#waiting.length > 0) this.#writing ??= this.#write();
    return admission.skipped;
  }

  /** Whether there is room for another batch, after waiting for it at most so long. */
  async hasRoomWithin(ms: number): Promise<boolean> {
    if (this.#hasRoom()) return true;
    const waiting = new AbortController();
    this.#wakeReader = () => {
      waiting.abort();
    };
    await pause(ms, AbortSignal.any([waiting.signal, this.#stopping.signal]));
    this.#wakeReader = undefined;
    return this.#hasRoom();
  }

  /** Drop what waits; resolves when the batch under way is written or given up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiting = [];
    await this.#writing;
  }

  #add(raw: RawMessage): void {
    this.#waiting.push(this.#options.parse(raw));
    this.#waitingBytes += raw.value?.length ?? 0;
  }

  #hasRoom(): boolean {
    return this.#waiting.length < WAITING_MESSAGES && this.#waitingBytes < WAITING_BYTES;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const messages = this.#waiting.splice(0, BATCH_MESSAGES);
      for (const { value } of messages) this.#waitingBytes -= value?.length ?? 0;
      const position = await this.#commitUntilTaken(messages);
      if (this.isStopped) break;
      if (position === undefined) {
        this.#stopping.abort();
        this.#waiting = [];
        this.#options.onLost();
        break;
      }
      this.#written = position;
      this.#fromBeginning = false;
      this.#wakeReader?.();
    }
    this.#writing = undefined;
  }

  async #commitUntilTaken(
    messages: readonly ParsedMessage<Event>[],
  ): Promise<Position | undefined> {
    for (let attempt = 0; !this.isStopped; attempt += 1) {
      try {
        const from = this.#written;
        const position = await this.#options.commit({
          messages,
          from,
          fromBeginning: this.#fromBeginning,
        });
        this.#options.onCommitted();
        return position;
      } catch (failure) {
        this.#options.onFailure(failure);
        await pause(backoffMs(attempt, RETRY, Math.random), this.#stopping.signal);
      }
    }
    return undefined;
  }
}

function rawMessage({ offset, timestamp, value }: KafkaMessage): RawMessage {
  return { offset: Number(offset), timestampMs: Number(timestamp), value };
}
