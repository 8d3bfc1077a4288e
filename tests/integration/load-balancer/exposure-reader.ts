import { randomUUID } from "node:crypto";
import { Exposure } from "@canarec/load-balancer/contract";
import { Kafka, logLevel } from "kafkajs";
import { until } from "./load-balancer-under-test.ts";

export interface ExposureReader extends AsyncDisposable {
  /** All read so far, in the order of their partitions. */
  readonly all: readonly Exposure[];
  readonly keys: readonly (string | undefined)[];
  /** Wait until there is an exposure of every user given. */
  ofUsers(users: readonly number[]): Promise<readonly Exposure[]>;
}

/** Read a topic of exposures from its beginning. Refuses whatever is not of the contract. */
export async function readExposures(
  brokers: readonly string[],
  topic: string,
): Promise<ExposureReader> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const all: Exposure[] = [];
  const keys: (string | undefined)[] = [];
  const wrong: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const text = message.value?.toString() ?? "";
      const parsed = Exposure.safeParse(JSON.parse(text));
      if (parsed.success) all.push(parsed.data);
      else wrong.push(text);
      keys.push(message.key?.toString());
    },
  });
  return {
    all,
    keys,
    async ofUsers(users) {
      const found = new Set<number>();
      let read = 0;
      await until(() => {
        for (const { userId } of all.slice(read)) found.add(userId);
        read = all.length;
        return wrong.length > 0 || users.every((user) => found.has(user));
      });
      if (wrong.length > 0) throw new Error(`no exposure: ${wrong[0] ?? ""}`);
      return all.filter((exposure) => users.includes(exposure.userId));
    },
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  };
}
