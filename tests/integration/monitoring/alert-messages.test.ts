import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alertmanagerConfig } from "@canarec/local-cluster/watching/alertmanager-config";
import { startAlertmanager } from "@canarec/local-cluster/watching/start-alertmanager";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AlertReceiver, alertReceiver } from "../../alert-receiver.ts";
import { type AlertRule, MONITORING, allAlerts } from "../../alerts.ts";
import { eventually } from "../../e2e/cluster-process.ts";
import { programsOrNot } from "../../monitoring-programs.ts";
import { temporaryFolder } from "../../servers.ts";

const { programs, why } = await programsOrNot();
const PACE = 20;
const alerts = allAlerts();
const opened = new Resources();
let slack: AlertReceiver;
let url = "";

beforeAll(async () => {
  if (programs === undefined) return;
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  slack = opened.use(await alertReceiver());
  const slackUrlFile = join(folder.path, "url");
  writeFileSync(slackUrlFile, slack.url);
  const config = alertmanagerConfig(
    readFileSync(join(MONITORING, "alertmanager/alertmanager.yml"), "utf8"),
    { pace: PACE, slackUrlFile, templates: join(MONITORING, "alertmanager/templates/*.tmpl") },
  );
  const program = programs.alertmanager;
  ({ url } = opened.use(await startAlertmanager({ home: folder.path, program, config })));
});
afterAll(() => opened[Symbol.asyncDispose]());

/** As Prometheus sends them. */
async function send(rules: readonly AlertRule[], more: object = {}): Promise<void> {
  const body = rules.map(({ alert, labels, annotations }) => ({
    ...{ labels: { alertname: alert, ...labels }, annotations },
    ...more,
  }));
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

function ruleOf(name: string): AlertRule {
  const found = alerts.find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`no alert ${name}`);
  return found;
}

const needing = (what: string) =>
  alerts.filter(({ labels }) => (labels.needs ?? "").split(",").includes(what));

describe("the messages of Alertmanager", () => {
  beforeEach(({ skip }) => skip(why !== undefined, why));

  it("are one for a Postgres that is gone, whatever follows from it, and for what does not", async () => {
    expect(needing("postgres").length).toBeGreaterThanOrEqual(12);
    await send([ruleOf("PostgresUnreachable"), ...needing("postgres")]);
    await eventually(() => slack.find("Act now: PostgresUnreachable"));
    // Told after all that came before it, for it waits as long as any.
    await send([ruleOf("ReplicaRestarted")]);
    await eventually(() => slack.find("For your information: ReplicaRestarted"));
    expect(slack.messages.map(({ title }) => title)).toEqual([
      "Act now: PostgresUnreachable",
      "For your information: ReplicaRestarted",
    ]);
  });

  it("say what happened, to whom, since when, what was done already, and where to look", () => {
    const { annotations } = ruleOf("PostgresUnreachable");
    const message = slack.find("Act now: PostgresUnreachable");
    expect(message?.color).toBe("danger");
    expect(message?.title_link).toContain(`${url}/#/alerts`);
    const lines = message?.text.trim().split("\n");
    expect(lines).toEqual([
      annotations.summary,
      `Effect on users: ${annotations.effect}`,
      expect.stringMatching(/^Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC at the latest$/),
      `Done already: ${annotations.done}`,
      `Look: \`${annotations.look}\``,
      `What to do: ${annotations.runbook}`,
    ]);
  });

  it("tell when it is over", async () => {
    await send([ruleOf("PostgresUnreachable"), ...needing("postgres")], {
      endsAt: new Date().toISOString(),
    });
    const over = await eventually(() => slack.find("Resolved: PostgresUnreachable"));
    expect(over.color).toBe("good");
    expect(over.text).toMatch(/^Told from \S+ \S+ to \S+ UTC$/m);
  });

  it("are none for a job that failed or is late, of which monitoring tells", async () => {
    const jobs = ["RetrainingFailed", "JobFailed", "JobLate"].map(ruleOf);
    const sentMs = Date.now();
    await send([...jobs, ruleOf("LeaseLost")]);
    await eventually(() => slack.find("For your information: LeaseLost", sentMs));
    const since = slack.messages.filter(({ atMs }) => atMs >= sentMs);
    expect(since.filter(({ title }) => /Retraining|Job/.test(title))).toEqual([]);
  });
});
