import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeptBackup, expiredBackups } from "./expired-backups.ts";

const backup = (time: string, verified = true): KeptBackup => ({
  name: time,
  createdAt: new Date(time),
  verified,
});

/** One each night from the 1st to the `last` of January 2024, a month that begins on a Monday. */
const nights = (last: number) =>
  Array.from({ length: last }, (_, i) =>
    backup(`2024-01-${String(i + 1).padStart(2, "0")}T02:41Z`),
  );

const days = (gone: readonly string[]) => gone.map((name) => Number(name.slice(8, 10)));

describe("expiredBackups", () => {
  it("keeps the newest of so many days and weeks", () => {
    // Of the 31 nights: 25 … 31 as days; the Sundays 14, 21, 28 and the 31st as the last of their weeks.
    const gone = days(expiredBackups(nights(31), { daily: 7, weekly: 4 }));
    const kept = nights(31)
      .map((_, i) => i + 1)
      .filter((day) => !gone.includes(day));
    expect(kept).toEqual([14, 21, 25, 26, 27, 28, 29, 30, 31]);
  });

  it("keeps the last of a day", () => {
    const [early, late] = [backup("2024-01-01T02:00Z"), backup("2024-01-01T14:00Z")];
    expect(expiredBackups([late, early], { daily: 7, weekly: 4 })).toEqual([early.name]);
  });

  it("counts days that have a backup, not days that have passed", () => {
    const old = [backup("2020-05-05T00:00Z"), backup("2021-05-05T00:00Z")];
    expect(expiredBackups(old, { daily: 2, weekly: 0 })).toEqual([]);
    expect(expiredBackups(old, { daily: 1, weekly: 0 })).toEqual([old[0]?.name]);
  });

  it("lets no backup that cannot be restored take the place of one that can", () => {
    const good = backup("2024-01-01T02:00Z");
    const bad = ["2024-01-02T02:00Z", "2024-01-03T02:00Z"].map((time) => backup(time, false));
    expect(expiredBackups([good, ...bad], { daily: 1, weekly: 0 })).toEqual([bad[0]?.name]);
    const after = backup("2024-01-04T02:00Z");
    expect(expiredBackups([good, ...bad, after], { daily: 2, weekly: 0 })).toEqual(
      bad.map(({ name }) => name),
    );
  });

  const anyBackups = fc.uniqueArray(
    fc
      .record({ minutes: fc.integer({ min: 0, max: 100_000 }), verified: fc.boolean() })
      .map(({ minutes, verified }) =>
        backup(new Date(Date.UTC(2024, 0, 1) + minutes * 60_000).toISOString(), verified),
      ),
    { selector: ({ name }) => name, maxLength: 40 },
  );
  const anyRetention = fc.record({ daily: fc.nat({ max: 9 }), weekly: fc.nat({ max: 9 }) });

  it("never lets the newest, or the newest that was verified, go", () => {
    fc.assert(
      fc.property(anyBackups, anyRetention, (backups, retention) => {
        const gone = expiredBackups(backups, retention);
        const newest = backups.toSorted((a, b) => (a.name < b.name ? 1 : -1));
        expect(gone).not.toContain(newest[0]?.name);
        expect(gone).not.toContain(newest.find(({ verified }) => verified)?.name);
      }),
    );
  });

  it("is bounded, and finds nothing more the second time", () => {
    fc.assert(
      fc.property(anyBackups, anyRetention, (backups, retention) => {
        const gone = new Set(expiredBackups(backups, retention));
        const kept = backups.filter(({ name }) => !gone.has(name));
        expect(kept.length).toBeLessThanOrEqual(
          2 * Math.max(1, retention.daily) + retention.weekly,
        );
        expect(expiredBackups(kept, retention)).toEqual([]);
      }),
    );
  });
});
