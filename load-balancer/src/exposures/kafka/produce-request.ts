import { ServiceError } from "@canarec/service-kit/errors";

/** Of the protocol; version 3 is the oldest that brokers of today speak, and all of them do. */
const PRODUCE = { key: 0, version: 3 };

/** Bytes of a batch in a request beside its records: partition, length. */
const PARTITION_BYTES = 8;

/** Of a request with one topic before its batches, beside the two names. */
const HEAD_BYTES = 32;

/** Error codes of the protocol begin at 1; 0 is success, -1 unknown. */
const NO_ERROR = 0;

export interface ProduceRequest {
  /** Comes back with the answer. */
  readonly correlationId: number;
  readonly clientId: string;
  readonly topic: string;
  readonly timeoutMs: number;
  /** A batch of records for each partition. */
  readonly batches: ReadonlyMap<number, Buffer>;
}

/** A request, acknowledged when all replicas in sync have it, as the chunks to send. */
export function produceRequest(request: ProduceRequest): Buffer[] {
  const { correlationId, clientId, topic, timeoutMs, batches } = request;
  const head = Buffer.allocUnsafe(HEAD_BYTES + clientId.length + topic.length);
  const chunks: Buffer[] = [head];
  let bytes = head.length - 4;
  for (const [partition, records] of batches) {
    const before = Buffer.allocUnsafe(PARTITION_BYTES);
    before.writeInt32BE(partition, 0);
    before.writeInt32BE(records.length, 4);
    chunks.push(before, records);
    bytes += PARTITION_BYTES + records.length;
  }
  let at = head.writeInt32BE(bytes, 0);
  at = head.writeInt16BE(PRODUCE.key, at);
  at = head.writeInt16BE(PRODUCE.version, at);
  at = head.writeInt32BE(correlationId, at);
  at = head.writeInt16BE(clientId.length, at);
  at += head.write(clientId, at, "latin1");
  at = head.writeInt16BE(-1, at); // no transaction
  at = head.writeInt16BE(-1, at); // all replicas
  at = head.writeInt32BE(timeoutMs, at);
  at = head.writeInt32BE(1, at); // topics
  at = head.writeInt16BE(topic.length, at);
  at += head.write(topic, at, "latin1");
  head.writeInt32BE(batches.size, at);
  return chunks;
}

/**
 * Read an answer, from behind its correlation id.
 *
 * @throws ServiceError "unavailable" where a partition was not written.
 */
export function checkProduceAnswer(answer: Buffer): void {
  let at = 0;
  const int = (bytes: 2 | 4) => answer.readIntBE((at += bytes) - bytes, bytes);
  for (let topics = int(4); topics > 0; topics -= 1) {
    const nameBytes = int(2);
    at += nameBytes;
    for (let partitions = int(4); partitions > 0; partitions -= 1) {
      const partition = int(4);
      const code = int(2);
      if (code !== NO_ERROR) {
        throw new ServiceError("unavailable", `partition ${partition}: error ${code} of Kafka`);
      }
      at += 16; // offset and time
    }
  }
}
