import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type InteractionChange,
  PAYLOAD_BYTES,
  decodeChanges,
  decodeKeys,
  encodeChanges,
  encodeKeys,
} from "./codec.ts";

const nullable = (max: number) => fc.option(fc.nat(max));
const change: fc.Arbitrary<InteractionChange> = fc.record({
  userId: fc.maxSafeNat(),
  movieKey: fc.nat(),
  furthestMinute: nullable(100_000),
  firstWatchedAtMs: nullable(2 ** 31),
  lastWatchedAtMs: nullable(2 ** 31),
  rating: fc.option(fc.integer({ min: 1, max: 20 }).map((units) => units / 20)),
  ratedAtMs: nullable(2 ** 31),
});

describe("encodeChanges", () => {
  it("is undone by decodeChanges, in order, within the limit of a notification", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const payloads = encodeChanges(changes);
        for (const payload of payloads) {
          expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(PAYLOAD_BYTES);
        }
        expect(payloads.flatMap(decodeChanges)).toEqual(changes);
      }),
    );
  });

  it("sends nothing for no change", () => {
    expect(encodeChanges([])).toEqual([]);
  });
});

describe("decodeChanges", () => {
  it.each(["", "{}", "[1]", "[[1,2]]", '[["1",2,3,4,5,6,7]]', '[[1,2,"3",4,5,6,7]]'])(
    "refuses %s",
    (payload) => {
      expect(() => decodeChanges(payload)).toThrow("not a payload of the change feed");
    },
  );
});

describe("encodeKeys", () => {
  it("is undone by decodeKeys", () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => index * 7);
    const payloads = encodeKeys(keys);
    expect(payloads.length).toBeGreaterThan(1);
    expect(payloads.flatMap(decodeKeys)).toEqual(keys);
    expect(() => decodeKeys('["1"]')).toThrow("not a payload of the change feed");
  });
});
