import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { serve } from "@canarec/service-kit/http";
import { type SlackDouble, slackDouble } from "../integration/monitoring/slack-double.ts";
import type { Wanted } from "./search-written.ts";

/** Secrets that nobody else has: where one is found, it was let out. */
export interface CanarySecrets extends AsyncDisposable {
  /** The variables of a cluster that hold them, or name the file that does. */
  readonly variables: Readonly<Record<string, string>>;
  /** Every secret, by what it is. */
  readonly values: Wanted;
  readonly slack: SlackDouble;
  readonly git: SlowGitServer;
}

/** A secret in every variable that may hold one. @param databaseUrl its password is one of them. */
export async function openCanarySecrets(
  folder: string,
  databaseUrl: string,
): Promise<CanarySecrets> {
  const [slack, git] = await Promise.all([slackDouble(), slowGitServer()]);
  const values = {
    "password of the database": new URL(databaseUrl).password,
    ...{ PGPASSWORD: canary(), "token of the control plane": canary() },
    "token of the metrics": canary(),
    ...{ "path of the webhook": canary(), "password of the metadata": canary() },
    ...{ "password of the tags": canary(), "wrong password": canary(), "wrong token": canary() },
    ...{ "cookie of a client": canary(), "query of a client": canary() },
  };
  const tags = `canarec:${values["password of the tags"]}`;
  const tokenFile = join(folder, "token-of-ours");
  writeFileSync(tokenFile, values["token of the control plane"], { mode: 0o600 });
  const metricsTokenFile = join(folder, "token-of-metrics");
  writeFileSync(metricsTokenFile, values["token of the metrics"], { mode: 0o600 });
  return {
    ...{ slack, git },
    values: { ...values, "header for the tags": Buffer.from(tags).toString("base64") },
    variables: {
      PGPASSWORD: values.PGPASSWORD,
      CONTROL_TOKEN_FILE: tokenFile,
      METRICS_TOKEN_FILE: metricsTokenFile,
      SLACK_WEBHOOK_URL: `${new URL(slack.url).origin}/services/T0/B0/${values["path of the webhook"]}`,
      METADATA_URL: `http://canarec:${values["password of the metadata"]}@127.0.0.1:1`,
      TAG_REPOSITORY: `http://${tags}@${new URL(git.url).host}/origin.git`,
      TAG_SECONDS: "1",
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([slack[Symbol.asyncDispose](), git[Symbol.asyncDispose]()]);
    },
  };
}

function canary(): string {
  return `canary${randomBytes(16).toString("hex")}`;
}

/** What git asks, and waits for the answer of. */
export interface SlowGitServer extends AsyncDisposable {
  readonly url: string;
  /** The credentials of each request, as `Authorization` has them. */
  readonly asked: readonly string[];
  /** Refuse whatever waits, and all that comes. */
  refuse(): void;
}

/** Lets git wait, so that there is time to look at its process. */
async function slowGitServer(): Promise<SlowGitServer> {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const server = createServer((req, res) => {
    asked.push(req.headers.authorization ?? "");
    const refuse = () => void res.writeHead(401, { "www-authenticate": "Basic" }).end();
    if (isOpen) refuse();
    else waiting.push(refuse);
  });
  const running = await serve(server, { host: "127.0.0.1", port: 0, drainMs: 1 });
  return {
    url: running.url,
    asked,
    refuse() {
      isOpen = true;
      for (const one of waiting.splice(0)) one();
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
