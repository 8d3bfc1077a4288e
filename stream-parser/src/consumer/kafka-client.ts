import type { Logger } from "@canarec/service-kit/logging";
import { Kafka, type LogEntry, logLevel } from "kafkajs";

const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Few tries inside the client: what fails is made anew by its owner, which also tells of the outage, once.
 */
const RETRY = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  retries: 5,
  restartOnFailure: () => Promise.resolve(false),
};

/** A client whose own log, a line per attempt and stack, goes to the debug level. */
export function createKafka(clientId: string, brokers: readonly string[], log: Logger): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: log.isLevelEnabled("debug") ? logLevel.INFO : logLevel.ERROR,
    logCreator: () => (entry: LogEntry) => {
      const { message, ...fields } = entry.log;
      log.debug({ kafka: fields, namespace: entry.namespace, level: entry.label }, message);
    },
  });
}
