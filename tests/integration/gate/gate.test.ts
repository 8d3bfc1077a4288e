import { GateReport } from "@canarec/inference/contract/gate-report";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canarec } from "../cli/called-canarec.ts";
import { type GateWorld, misled, openGateWorld } from "./gate-world.ts";

const USERS = 240;

let world: GateWorld;
let good: string;

beforeAll(async () => {
  world = await openGateWorld(USERS);
  good = await world.store();
});
afterAll(() => world[Symbol.asyncDispose]());

async function gate(candidate: string, ...options: readonly string[]) {
  const args = ["gate", "--main", good, "--candidate", candidate, "--json", ...options];
  const { code, out, err } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
  return { code, err, report: GateReport.parse(JSON.parse(out)) };
}

/** The same lists under another id. */
const twin = () =>
  world.store(() => ({ watermark: { offsets: {}, highEventAt: "2026-02-27T00:00:00.000Z" } }));

describe("canarec gate", () => {
  it("lets a bundle pass that is as good", async () => {
    const { code, err, report } = await gate(await twin());
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(report.verdict).toBe("pass");
    // All that users liked in the last day is the rest of their kind, which the list has room for.
    expect(report.split).toMatchObject({ users: USERS, targets: 4 * USERS });
    expect(
      report.figures.map(({ name, main, difference, lower, upper }) => [
        name,
        main,
        difference,
        lower,
        upper,
      ]),
    ).toMatchObject([
      ["recall@20", 1, 0, 0, 0],
      ["ndcg@20", expect.any(Number), 0, 0, 0],
    ]);
    expect(report.answers).toEqual({ asked: USERS, invalid: 0 });
    expect(report.damage).toBeNull();
    expect(report.candidate).toMatchObject({
      highEventAt: "2026-02-27T00:00:00.000Z",
      refitted: false,
    });
  });

  it("makes no list with what users hide, as replicas do", async () => {
    const { pool } = world.database;
    await pool.query(
      `insert into hidden_movies (user_id, movie_key) select u, 1 + (u * 7) % 240 from generate_series(0, 239) u`,
    );
    const { report } = await gate(await twin());
    await pool.query("truncate hidden_movies");
    expect(report.answers).toEqual({ asked: USERS, invalid: 0 });
  });

  it("refuses one that is clearly worse, and says by how much", async () => {
    const { code, err, report } = await gate(await world.store(misled));
    expect(code).toBe(1);
    expect(report.verdict).toBe("fail");
    const [recall] = report.figures;
    expect(recall?.main).toBe(1);
    expect(recall?.upper).toBeLessThan(-0.5);
    expect(err).toMatch(/^canarec: refused: recall@20 is 1\.0000 lower, \[-1/);
  });

  it("lets one pass that is clearly better", async () => {
    const worse = await world.store(misled);
    const args = ["gate", "--main", worse, "--candidate", good, "--json"];
    const { code, out } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
    expect(code).toBe(0);
    expect(GateReport.parse(JSON.parse(out)).figures[0]?.lower).toBeGreaterThan(0.5);
  });

  it("gives the same figures for the same rows and seed", async () => {
    const worse = await world.store(misled);
    const [once, again] = [await gate(worse, "--seed", "5"), await gate(worse, "--seed", "5")];
    expect(again.report.figures).toEqual(once.report.figures);
  });

  it("has no data with too few users, warns, and goes on", async () => {
    const { code, err, report } = await gate(await world.store(misled), "--least-users", "241");
    expect(code).toBe(0);
    expect(report).toMatchObject({ verdict: "no-data", figures: [], split: null });
    expect(err).toContain("compared nothing: 240 users to test on, 241 are needed");
  });

  it("refuses a bundle that was damaged", async () => {
    const damaged = await world.store(() => ({ modelVersion: "damaged" }));
    await world.database.pool.query(
      `update bundle_chunks set bytes = set_byte(bytes, 400, get_byte(bytes, 400) # 1)
       where bundle_id = $1 and artifact = 'neighbours'`,
      [damaged],
    );
    const { code, report } = await gate(damaged);
    expect(code).toBe(1);
    expect(report.verdict).toBe("fail");
    expect(report.damage).toContain("artifact neighbours does not match its sha256");
  });

  it("has nothing to compare with where main is damaged, and looks at the candidate all the same", async () => {
    const main = await world.store(() => ({ modelVersion: "damaged main" }));
    await world.database.pool.query("delete from bundle_chunks where bundle_id = $1", [main]);
    const args = ["gate", "--main", main, "--candidate", good, "--json"];
    const { code, out } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
    const report = GateReport.parse(JSON.parse(out));
    expect(code).toBe(0);
    expect(report).toMatchObject({ verdict: "no-data", answers: { asked: USERS, invalid: 0 } });
    expect(report.reasons[0]).toContain("there is no main to compare with");
  });

  it("does not count what lists had shown", async () => {
    await using shown = await openGateWorld(USERS);
    const [main, candidate] = [await shown.store(), await shown.store(misled)];
    const half = USERS / 2;
    await shown.show((user) => user < half);
    const args = ["gate", "--main", main, "--candidate", candidate, "--json"];
    const { out } = await canarec(args, { env: { DATABASE_URL: shown.databaseUrl } });
    const { split } = GateReport.parse(JSON.parse(out));
    expect(split).toMatchObject({ users: half, targets: 4 * half, shown: 4 * half });
  });

  it("says in words what it found", async () => {
    const args = ["gate", "--main", good.slice(0, 20), "--candidate", await twin()];
    const { out } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
    expect(out).toContain("It may go on to the canary:");
    expect(out).toContain("240 users who liked 960 movies after 2026-02-28T");
    expect(out).toMatch(/recall@20 +1\.0000 +1\.0000 +\+0\.0000 +\+0\.0000 +\+0\.0000/);
  });

  it.each([
    [["--main", "a"]],
    [["--main", "a", "--candidate", "b", "--loss-share", "2"]],
    [["--main", "a", "--candidate", "b", "--users", "x"]],
  ])("refuses the command line %j", async (args) => {
    expect((await canarec(["gate", ...args])).code).toBe(2);
  });

  it("fails for a bundle that is none", async () => {
    const args = ["gate", "--main", good, "--candidate", "0".repeat(64)];
    const { code, err } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining("no bundle 0000") as string,
    });
  });
});

describe("canarec gate on a platform without users", () => {
  it("has no data", async () => {
    await using empty = await openGateWorld(0);
    const args = [
      "gate",
      "--main",
      await empty.store(),
      "--candidate",
      await empty.store(misled),
      "--json",
    ];
    const { code, out } = await canarec(args, { env: { DATABASE_URL: empty.databaseUrl } });
    expect(code).toBe(0);
    expect(GateReport.parse(JSON.parse(out))).toMatchObject({
      verdict: "no-data",
      reasons: ["there are no interactions to test on"],
    });
  });
});
