import { Partitioners } from "kafkajs";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.ts";
import { partitionOf } from "./partition-of.ts";
import { checkProduceAnswer, produceRequest } from "./produce-request.ts";
import { recordBatch } from "./record-batch.ts";

describe("crc32c", () => {
  // RFC 3720, appendix B.4, and the check value of the algorithm's catalogue.
  it.each([
    ["123456789", Buffer.from("123456789"), 0xe3069283],
    ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ["31 to 0", Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
    ["nothing", Buffer.alloc(0), 0],
  ])("of %s", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it("covers a part alone, wherever that begins and ends", () => {
    const around = Buffer.concat([Buffer.from("xyz"), Buffer.from("123456789"), Buffer.from("z")]);
    expect(crc32c(around, 3, 12)).toBe(0xe3069283);
  });
});

describe("partitionOf", () => {
  it.each([1, 2, 3, 4, 7, 50])("chooses as other clients do, of %d", (partitions) => {
    const choose = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
      ...{ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] },
    }));
    const keys = ["", "7", "42", "123", "1234", "99999", ...range(200), "9007199254740991"];
    for (const key of keys) {
      const expected = choose({ topic: "t", partitionMetadata, message: { key, value: "" } });
      expect([key, partitionOf(key, partitions)]).toEqual([key, expected]);
    }
  });
});

const range = (count: number) => Array.from({ length: count }, (_, i) => String(i * 7_919_573));

describe("recordBatch", () => {
  it("has the layout of version 2", () => {
    const batch = recordBatch([{ key: "42", value: "é" }], 1_700_000_000_000);
    expect(batch.length).toBe(61 + 11);
    expect(batch.readInt32BE(8)).toBe(batch.length - 12);
    expect(batch[16]).toBe(2);
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21));
    expect(batch.readBigInt64BE(27)).toBe(1_700_000_000_000n);
    expect(batch.readInt32BE(57)).toBe(1);
    // In zigzag: length 10, no attributes, time 0, offset 0, a key of 2 bytes, a value of 2, no headers.
    const record = [20, 0, 0, 0, 4, ...Buffer.from("42"), 4, ...Buffer.from("é"), 0];
    expect([...batch.subarray(61)]).toEqual(record);
  });

  it("gives records beyond 63 lengths and offsets of more bytes", () => {
    const value = "x".repeat(1_000);
    const batch = recordBatch(
      Array.from({ length: 100 }, () => ({ key: "1", value })),
      0,
    );
    // 1 + 1 for attributes and time, 1 or 2 for the offset, 2 for the key, 2 + 1000, 1 for the headers.
    expect(batch.length).toBe(61 + 64 * (2 + 1_008) + 36 * (2 + 1_009));
    expect(batch.readInt32BE(23)).toBe(99);
  });
});

describe("a produce request", () => {
  const batches = new Map([
    [0, Buffer.from("abc")],
    [3, Buffer.from("defg")],
  ]);
  const request = { correlationId: 9, clientId: "me", topic: "exposures", timeoutMs: 5, batches };

  it("says how long it is", () => {
    const bytes = Buffer.concat(produceRequest(request));
    expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
    expect(bytes.readInt32BE(8)).toBe(9);
    expect(bytes.subarray(-12)).toEqual(
      Buffer.concat([Buffer.from([0, 0, 0, 3, 0, 0, 0, 4]), Buffer.from("defg")]),
    );
  });

  const answer = (...codes: readonly number[]) => {
    const topic = Buffer.from("\0\0\0\x01\0\x02ab", "latin1");
    const count = Buffer.from([0, 0, 0, codes.length]);
    const parts = codes.map((code, partition) =>
      Buffer.from([0, 0, 0, partition, 0, code, ...Array<number>(16).fill(255)]),
    );
    return Buffer.concat([topic, count, ...parts, Buffer.alloc(4)]);
  };

  it("succeeds where every partition has it", () => {
    expect(() => checkProduceAnswer(answer(0, 0))).not.toThrow();
    expect(() => checkProduceAnswer(answer(0, 6))).toThrow("partition 1: error 6 of Kafka");
    expect(() => checkProduceAnswer(Buffer.alloc(3))).toThrow();
  });
});
