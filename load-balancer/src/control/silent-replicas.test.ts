import { describe, expect, it } from "vitest";
import { type LivenessLook, type Silences, silentReplicas } from "./silent-replicas.ts";

const LIMITS = { everyMs: 5_000, hangMs: 30_000 };

/** A look in which these answer (+) or do not (-), as `+r1-1 -r1-2`, and which takes a second. */
function look(askedAtMs: number, replicas: string): LivenessLook {
  const asked = replicas.split(" ").map((one) => ({
    ...{ name: one.slice(1), releaseId: Number(one.slice(2, 3)), answered: one.startsWith("+") },
  }));
  return { askedAtMs, endedAtMs: askedAtMs + 1_000, replicas: asked };
}

/** Names of those that hang, look by look. */
function hungIn(looks: readonly LivenessLook[]): string[][] {
  let silences: Silences | undefined;
  return looks.map((one) => {
    const found = silentReplicas(silences, one, LIMITS);
    ({ silences } = found);
    return found.hung.map(({ name }) => name);
  });
}

const every5s = (count: number, replicas: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => look(n * 5_000, replicas(n)));

describe("silentReplicas", () => {
  it("finds one that has answered nothing for the limit, and not sooner", () => {
    const found = hungIn(every5s(7, () => "+r1-1 -r1-2"));
    expect(found).toEqual([[], [], [], [], [], [], ["r1-2"]]);
  });

  it("counts from the beginning after any answer", () => {
    const found = hungIn(every5s(12, (n) => (n === 5 ? "+r1-1" : "-r1-1")));
    expect(found.flat()).toEqual([]);
  });

  it("gives one of a release a look, the longest silent first, and others of other releases", () => {
    const all = hungIn(every5s(8, (n) => (n === 0 ? "+r1-1 -r1-2 -r2-1" : "-r1-1 -r1-2 -r2-1")));
    expect(all.slice(6)).toEqual([
      ["r1-2", "r2-1"],
      ["r1-2", "r2-1"],
    ]);
    const gone = hungIn(
      every5s(8, (n) => (n < 7 ? "-r1-1 -r1-2" : "-r1-2")), // the first was ended
    );
    expect(gone.slice(6)).toEqual([["r1-1"], ["r1-2"]]);
  });

  it("counts anew after a look that comes far too late, or takes far too long", () => {
    const before = every5s(6, () => "-r1-1");
    const late = look(45_000, "-r1-1");
    const slow = { ...look(30_000, "-r1-1"), endedAtMs: 45_000 };
    const after = [50_000, 55_000, 60_000, 65_000, 70_000, 75_000].map((at) => look(at, "-r1-1"));
    for (const odd of [late, slow]) expect(hungIn([...before, odd, ...after]).flat()).toEqual([]);
    const longer = [...after, look(80_000, "-r1-1")];
    expect(hungIn([...before, late, ...longer]).at(-1)).toEqual(["r1-1"]);
    expect(hungIn([{ ...look(0, "-r1-1"), endedAtMs: 40_000 }])).toEqual([[]]);
  });
});
