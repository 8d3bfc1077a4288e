import fc from "fast-check";
import { expect, it } from "vitest";
import { isoTime } from "./iso-time.ts";

it("isoTime says what Date says, whatever it was asked before", () => {
  const near = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_003_000 });
  const any = fc.integer({ min: 0, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(fc.oneof(near, any), (ms) => {
      expect(isoTime(ms)).toBe(new Date(ms).toISOString());
    }),
  );
});
