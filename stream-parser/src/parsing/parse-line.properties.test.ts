import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../contract/event.ts";
import { formatLine } from "../contract/format-line.ts";
import { createZone } from "../contract/zone.ts";
import { DEFAULT_LIMITS, REJECTION_REASONS, parseLine } from "./index.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const limits = { ...DEFAULT_LIMITS, ratingMax: 10 };

const atMs = fc.integer({ min: 0, max: NOW });
const userId = fc.maxSafeNat();
/** Ids that a list can carry: no comma and no blank at the start. */
const movieId = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((id) => !/[\0-\x1f\x7f,]/.test(id) && !id.startsWith(" "))
  .filter((id) => Buffer.byteLength(id) <= 256);
const ms = fc.nat();
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("watch" as const),
    atMs,
    userId,
    movieId,
    minute: fc.nat(1_440),
  }),
  fc.record({
    kind: fc.constant("rating" as const),
    atMs,
    userId,
    movieId,
    rating: fc.integer({ min: 1, max: 20 }).map((half) => half / 2),
  }),
  fc.record({ kind: fc.constant("account" as const), atMs, userId }),
  fc.record({
    kind: fc.constant("recommendation" as const),
    atMs,
    userId,
    server: fc.domain(),
    status: fc.constant(200),
    movieIds: fc.array(movieId, { maxLength: 100 }),
    error: fc.constant(null),
    ms,
  }),
  fc.record({
    kind: fc.constant("recommendation" as const),
    atMs,
    userId,
    server: fc.domain(),
    status: fc.constantFrom(0, 404, 500),
    movieIds: fc.constant([]),
    error: fc.string().filter((text) => !text.includes("\0")),
    ms,
  }),
);

describe("parseLine, for any input", () => {
  it("reads back what formatLine wrote, in any zone without overlaps", () => {
    const zones = ["UTC", "Asia/Kolkata"].map(createZone);
    const fraction = fc.constantFrom("java" as const, 3 as const, 6 as const, 9 as const);
    fc.assert(
      fc.property(event, fc.constantFrom(...zones), fraction, (sent, zone, digits) => {
        const line = Buffer.from(formatLine(sent, { zone, fraction: digits }));
        expect(parseLine(line, NOW, { ...limits, zone, earliestMs: -1e12 })).toEqual(sent);
      }),
    );
  });

  it("never throws, and gives an event or a known reason", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.double(), (value, timestampMs) => {
        const outcome = parseLine(value, timestampMs, limits);
        if (outcome.kind === "rejected") expect(REJECTION_REASONS).toContain(outcome.reason);
      }),
    );
  });

  it("never throws on a valid line with one byte put in, taken out or changed", () => {
    const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(1), put: fc.nat(1) });
    fc.assert(
      fc.property(event, edit, (sent, { at, byte, cut, put }) => {
        const line = [...Buffer.from(formatLine(sent))];
        line.splice(at % line.length, cut, ...(put === 1 ? [byte] : []));
        const outcome = parseLine(Uint8Array.from(line), NOW, limits);
        expect(outcome.kind).toMatch(/^(watch|rating|account|recommendation|rejected)$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("reasons", () => {
  it("have the shape that the tables ask for", () => {
    for (const reason of REJECTION_REASONS) expect(reason).toMatch(/^[a-z][a-z_]{0,63}$/);
  });
});
