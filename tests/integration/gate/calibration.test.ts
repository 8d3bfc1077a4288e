import { type Database, openDatabase } from "@canarec/db-utils/database";
import { insertGateResult } from "@canarec/db-utils/releases/gate-repository";
import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshDatabase } from "../../servers.ts";
import { canarec, canarecJson } from "../cli/called-canarec.ts";

let opened: Resources;
let database: Database;
let env: Record<string, string>;

beforeEach(async () => {
  opened = new Resources();
  const fresh = opened.use(await freshDatabase());
  database = opened.use(await openDatabase(fresh.url));
  env = { DATABASE_URL: fresh.url };
});
afterEach(() => opened[Symbol.asyncDispose]());

interface Finished {
  readonly state?: string;
  /** Of NDCG@20, .25 on main. */
  readonly offline: number | null;
  /** NDCG@20 of main. */
  readonly main?: number;
  /** Of the metric, .1 on main; the newest last. */
  readonly online: readonly (number | null)[];
}

/** A release with what came of it. */
async function finish({
  state = "promoted",
  offline,
  main = 0.25,
  online,
}: Finished): Promise<void> {
  const { rows } = await database.pool.query<{ id: number }>(
    `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
     values (now(), 'trial', 'v1', repeat('a', 40), 'b', '{}', repeat('b', 64), 'me', 'cli') returning release_id as id`,
  );
  const id = rows[0]?.id ?? 0;
  await database.pool.query(
    `insert into rollouts (release_id, state, detail, sequence, updated_at) values ($1, $2, '{}', 1, now())`,
    [id, state],
  );
  const [figure] = gateReportFixture().figures;
  if (figure === undefined) throw new Error("the fixture has no figure");
  const difference = offline ?? 0;
  const figures = [
    { ...figure, main, difference, lower: difference - 0.01, upper: difference + 0.01 },
  ];
  const report = offline === null ? null : gateReportFixture({ figures });
  const verdict = offline === null ? ("skipped" as const) : ("pass" as const);
  const result = { at: new Date(), verdict, actor: "me", reason: "why", report };
  await insertGateResult(database.pool, id, result);
  for (const [minute, value] of online.entries()) {
    const contrast = value === null ? null : { main: 0.1, nightly: 0.1 + value, value, se: 0.001 };
    await database.pool.query(
      `insert into verdicts values ($1, 1, timestamptz '2026-01-01' + $2 * interval '1 minute', 4, 'continue', 'continue', 'x', $3)`,
      [id, minute, JSON.stringify({ evidence: { primary: { difference: contrast } } })],
    );
  }
}

describe("canarec calibration", () => {
  it("says that there is nothing yet", async () => {
    expect((await canarec(["calibration"], { env })).out).toContain("No release is over");
  });

  it("has a point of each finished release that was gated and measured, of its last measured verdict", async () => {
    await finish({ offline: 0.05, online: [0.001, 0.004, null] });
    await finish({ offline: -0.025, online: [-0.002], state: "rolled-back" });
    await finish({ offline: 0.05, online: [0.004], state: "evaluating" });
    await finish({ offline: null, online: [0.004] });
    await finish({ offline: 0.05, online: [0.004], main: 0 });
    await finish({ offline: 0.05, online: [] });
    const found = await canarecJson(["calibration"], { env });
    const near = (value: number) => expect.closeTo(value, 9) as number;
    expect(found).toMatchObject({
      points: [
        {
          ...{ releaseId: 1, state: "promoted" },
          offline: { value: near(0.2), lower: near(0.16), upper: near(0.24) },
          online: { value: near(0.04), lower: near(0.0204), upper: near(0.0596) },
        },
        {
          releaseId: 2,
          state: "rolled-back",
          offline: { value: near(-0.1) },
          online: { value: near(-0.02) },
        },
      ],
      calibration: { points: 2, tooFew: true, sameSign: { count: 2, of: 2 } },
      leftOut: 1,
    });
    expect((found as { points: unknown[] }).points).toHaveLength(2);
    expect((await canarec(["calibration"], { env })).out).toContain("Left out: 1 release where");
  });

  it("shows a table, a plot and how far the gate foretells, and says where that is too few", async () => {
    for (let n = 0; n < 5; n += 1)
      await finish({ offline: 0.01 * (n - 1), online: [0.002 * (n - 1)] });
    const { out } = await canarec(["calibration"], { env });
    expect(out).toContain("1        2026-01-01T00:00  promoted");
    expect(out).toContain("lift online, %");
    expect(out).toContain("Same sign offline and online: 4 of 4 (95 % from 40 % to 100 %)");
    expect(out).toContain("Slope: 1 % offline is 0.50 % online (95 % from 0.50 to 0.50).");
    expect(out).toContain("Rank correlation: 1.00");
    expect(out).toContain("5 releases of 10: too few to say");
  });
});
