import { existsSync, readFileSync } from "node:fs";
import { commentText } from "./comment-text.ts";

const LIMIT_MS = 30_000;

/** Say what came of a release beside its commit; printed alone where there is nobody to say it to. */
async function main(file: string): Promise<void> {
  const { env } = process;
  const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: repository = "" } = env;
  const run = `${server}/${repository}/actions/runs/${env["GITHUB_RUN_ID"] ?? ""}`;
  const printed = existsSync(file) ? readFileSync(file, "utf8") : "";
  const body = commentText(env["GITHUB_REF_NAME"] ?? "the tag", printed, run);
  process.stdout.write(`${body}\n`);
  const { GITHUB_TOKEN: token, GITHUB_API_URL: api, GITHUB_SHA: commit } = env;
  if (token === undefined || api === undefined || commit === undefined) return;
  const answer = await fetch(`${api}/repos/${repository}/commits/${commit}/comments`, {
    method: "POST",
    signal: AbortSignal.timeout(LIMIT_MS),
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
    body: JSON.stringify({ body }),
  });
  if (!answer.ok) throw new Error(`no comment could be made: status ${answer.status}`);
}

await main(process.argv[2] ?? "release.json");
