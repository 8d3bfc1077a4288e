import { Kafka, logLevel } from "kafkajs";

export interface Stream extends AsyncDisposable {
  /** Lines sent so far. */
  sent(): number;
  /** Send one line of a user who watches a movie now. */
  watch(userId: number, movieId: string, minute: number): Promise<void>;
}

export interface StreamOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly linesPerSecond: number;
  readonly users: number;
  readonly movies: number;
}

const TICK_MS = 20;

/**
 * A platform's stream at a fixed rate: each of the users watches a movie, a minute a round, and a
 * line in a hundred is a rating.
 */
export async function openStream(options: StreamOptions): Promise<Stream> {
  const { topic, linesPerSecond, users, movies } = options;
  const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  let count = 0;
  const line = (index: number) => {
    const userId = 1 + (index % users);
    const movie = 1 + ((userId * 13) % movies);
    const id = movieIdOf(movie);
    return index % 100 === 99
      ? `${stamp()},${userId},GET /rate/${id}=${1 + (index % 5)}`
      : `${stamp()},${userId},GET /data/m/${id}/${Math.floor(index / users)}.mpg`;
  };
  const startMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) * linesPerSecond) / 1_000);
    const messages = [];
    for (; count < due; count += 1) messages.push({ value: line(count) });
    if (messages.length > 0) void producer.send({ topic, messages, acks: 1 });
  }, TICK_MS);
  return {
    sent: () => count,
    async watch(userId, movieId, minute) {
      const value = `${stamp()},${userId},GET /data/m/${movieId}/${minute}.mpg`;
      await producer.send({ topic, messages: [{ value }], acks: 1 });
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await producer.disconnect();
    },
  };
}

export function movieIdOf(movieKey: number): string {
  return `movie+number+${movieKey}+${1950 + (movieKey % 75)}`;
}

/** The platform's form of time: UTC without a zone. */
function stamp(): string {
  return new Date().toISOString().slice(0, -1);
}
