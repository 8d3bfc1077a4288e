import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleFixture } from "@canarec/inference/bundle/codec/bundle-fixture";
import { forgedBundle } from "@canarec/inference/bundle/codec/forged-bundle-fixture";
import { encodeBundle } from "@canarec/inference/bundle/codec/index";
import { BLEND_SHAPE } from "@canarec/inference/training/learn-weights";
import { DEFAULT_PREFERENCE } from "@canarec/inference/models/preference";
import { storeBundle } from "@canarec/vectordb-scripts/bundle/store-bundle";
import { canarec } from "../cli/called-canarec.ts";
import { words } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

/** What these builds make their bundle of; main's is `ab…`. */
const BUILT = "cd".repeat(32);

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

beforeEach(async () => {
  controlled = await openControlledWorld();
  ({ world, operator } = controlled);
  await operator.untilReady();
});
afterEach(() => controlled[Symbol.asyncDispose]());

/** A version whose command line has a gate that does this. @returns its commit. */
function commitWithGate(word: string, gate: string): string {
  const cli = `#!/usr/bin/env node
const [command] = process.argv.slice(2);
if (command === "bundle") console.log(JSON.stringify({ bundleId: "${BUILT}" }));
if (command === "gate") { ${gate} }
`;
  return world.repository.commit(word, { "cli/bin/canarec.mjs": cli });
}

const saying = (report: object, exitCode: number) =>
  `console.log(${JSON.stringify(JSON.stringify(report))}); process.exitCode = ${exitCode};`;

async function explained(id: number) {
  const { body } = await operator.api("GET", `/releases/${id}`);
  const transitions = body["transitions"] as { toState: string; reason: string }[];
  const reasonOf = (state: string) => transitions.find(({ toState }) => toState === state)?.reason;
  return { gate: body["gate"], release: body["release"], reasonOf };
}

const submitBuilt = (changes = {}) => operator.submit("main", { bundle: undefined, ...changes });

describe("the offline gate of a release whose bundle is built for it", () => {
  it("is asked once that is there, and stored with its figures", async () => {
    const report = gateReportFixture();
    commitWithGate("second", saying(report, 0));
    const id = await submitBuilt();
    await operator.untilState(id, "shadowing");
    const { gate, release, reasonOf } = await explained(id);
    expect(release).toMatchObject({ bundleId: BUILT });
    expect(gate).toMatchObject({ verdict: "pass", actor: "controller", report });
    expect(reasonOf("warming")).toContain("the offline gate: pass, ndcg@20 0.3000");
  });

  it("ends a release that it refuses before anybody sees it", async () => {
    const reasons = ["recall@20 is 0.1200 lower, [-0.1500, -0.0900]"];
    commitWithGate("second", saying(gateReportFixture({ verdict: "fail", reasons }), 1));
    const id = await submitBuilt();
    await operator.untilState(id, "failed-to-start");
    const { gate, reasonOf } = await explained(id);
    expect(gate).toMatchObject({ verdict: "fail", report: { reasons } });
    expect(reasonOf("failed-to-start")).toBe(`the offline gate refuses it: ${reasons[0] ?? ""}`);
    expect(await words(world)).toEqual(new Set(["first"]));
  });

  it("ends a release whose gate fails by itself", async () => {
    commitWithGate("second", `console.error("canarec: out of luck"); process.exitCode = 1;`);
    const id = await submitBuilt();
    await operator.untilState(id, "failed-to-start");
    const { gate, reasonOf } = await explained(id);
    expect(gate).toBeNull();
    expect(reasonOf("failed-to-start")).toBe("its offline gate failed: canarec: out of luck");
  });

  it("has no data for a build that is older than the gate, and goes on", async () => {
    commitWithGate("second", "process.exitCode = 2;");
    const id = await submitBuilt();
    await operator.untilState(id, "shadowing");
    const { gate, reasonOf } = await explained(id);
    expect(gate).toMatchObject({ verdict: "no-data", report: null });
    expect(reasonOf("warming")).toContain("no-data, this build is older than the gate");
  });

  it("is not asked where the submission says so, and it is known who did", async () => {
    commitWithGate("second", saying(gateReportFixture({ verdict: "fail" }), 1));
    const id = await submitBuilt({ gate: { kind: "skipped", reason: "me said --no-gate" } });
    await operator.untilState(id, "shadowing");
    expect((await explained(id)).gate).toMatchObject({
      ...{ verdict: "skipped", actor: "me", reason: "me said --no-gate" },
    });
  });

  it("has nothing to compare where a release serves main's bundle", async () => {
    world.repository.commit("second");
    const id = await operator.submit("main");
    await operator.untilState(id, "shadowing");
    expect((await explained(id)).gate).toMatchObject({
      ...{ verdict: "skipped", reason: "it serves main's own bundle" },
    });
  });
});

describe("a report that comes with the submission", () => {
  const submission = (changes: Parameters<typeof gateReportFixture>[0] = {}, bundle = BUILT) => ({
    ...{ ref: "main", plan: "quick", bundle, actor: "me" },
    gate: { kind: "report", report: gateReportFixture(changes) },
  });
  const post = (body: unknown) => operator.api("POST", "/releases", body);

  it("is stored with the release, and nothing is asked again", async () => {
    commitWithGate("second", saying(gateReportFixture({ verdict: "fail" }), 1));
    const { status, body } = await post(submission());
    expect(status).toBe(201);
    const id = Number(body["releaseId"]);
    await operator.untilState(id, "shadowing");
    expect((await explained(id)).gate).toMatchObject({ verdict: "pass", actor: "me" });
  });

  it.each([
    [
      "refused the bundle",
      () => submission({ verdict: "fail", reasons: ["it is worse"] }),
      409,
      "it is worse",
    ],
    ["is about another bundle", () => submission({}, "ef".repeat(32)), 400, "another bundle"],
    [
      "compared with another main",
      () => submission({ main: gateReportFixture().candidate }),
      409,
      "not main's",
    ],
    [
      "is no report",
      () => ({ ...submission(), gate: { kind: "report", report: {} } }),
      400,
      "gate",
    ],
  ])("is refused where it %s, on record", async (_, make, status, message) => {
    const answer = await post(make());
    expect(answer).toMatchObject({ status });
    expect(String(answer.body["message"])).toContain(message);
    const { rows } = await world.database.pool.query(
      "select 1 from releases where source <> 'first'",
    );
    expect(rows).toEqual([]);
    const audited = await world.database.pool.query<{ outcome: string }>(
      "select outcome from audit_log where action = 'submit'",
    );
    if (message !== "gate") expect(audited.rows[0]?.outcome).toContain(message);
  });
});

describe("canarec release submit", () => {
  const submitted = (bundle: string, ...args: string[]) =>
    canarec(["release", "submit", "--bundle", bundle, "--plan", "quick", ...args], {
      env: {
        ...{ DATABASE_URL: world.databaseUrl, CONTROL_URL: controlled.plane.url },
        CANAREC_HOME: world.home,
      },
    });

  /** A bundle whose only model counts one movie's watchers as no number, every hash being right. */
  async function storeWrong(): Promise<string> {
    const contents = bundleFixture([{ movieId: "alien+1979" }, { movieId: "aliens+1986" }]);
    const artifact = { numbers: {}, arrays: { scores: Float32Array.of(2, 1) } };
    const from = { sha256: "a".repeat(64), users: 1, interactions: 1, until: null, since: null };
    const learned = {
      ...{ from, seed: 1, preference: DEFAULT_PREFERENCE },
      likeness: { vectors: new Float32Array(2), dimensions: 1 },
      models: [{ name: "popularity" as const, config: {}, artifact }],
      blend: {
        ...BLEND_SHAPE,
        terms: [{ signal: "popularity" as const, shape: "standard" as const, weight: 1 }],
      },
    };
    const wrong = forgedBundle(
      encodeBundle({ ...contents, learned }),
      "model.popularity.scores",
      (view) => view.setFloat32(0, NaN, true),
    );
    await storeBundle(world.database, wrong);
    return wrong.bundleId;
  }

  it("is refused for a bundle that holds what is no number, on record, and nothing starts", async () => {
    const bundle = await storeWrong();
    const unknown = await submitted(bundle, "--ref", "no/such ref");
    expect([unknown.code, unknown.err]).toEqual([1, "canarec: there is no commit no/such ref\n"]);
    const { code, err } = await submitted(bundle.slice(0, 12), "--ref", "HEAD");
    expect(code).toBe(1);
    expect(err).toContain("model.popularity.scores has a number that is not finite");
    const { rows } = await world.database.pool.query(
      "select 1 from releases where source <> 'first'",
    );
    expect(rows).toEqual([]);
    const audited = await world.database.pool.query<{ outcome: string }>(
      "select outcome from audit_log where action = 'submit'",
    );
    expect(audited.rows.map(({ outcome }) => outcome).join()).toContain("not finite");
    expect(await words(world)).toEqual(new Set(["first"]));
  });
});
