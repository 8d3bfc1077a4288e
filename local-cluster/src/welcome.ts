import { resolve } from "node:path";
import type { Checkout } from "./checkout.ts";
import type { Cluster } from "./cluster.ts";
import { partLine, seconds } from "./cluster-log.ts";
import type { NamedServer } from "./cluster-state.ts";
import type { ServedMain } from "./served-main.ts";
import { publicUrl } from "./services.ts";

/** Of which commands know by themselves. */
const USUAL_HOME = resolve(import.meta.dirname, "../../.canarec");

/** What is told of a cluster. */
export type Told = Pick<Cluster, "addresses" | "plans" | "watchers" | "checkout" | "main">;

/** The lines that tell what runs where, and what to try. */
export function welcome(cluster: Told, tookMs: number): string[] {
  const { addresses, plans, watchers, checkout, main } = cluster;
  const url = publicUrl(addresses);
  const inHome = (name: string) => `${addresses.home}/${name}`;
  const command = commandFor(addresses.home);
  return [
    "",
    `Canarec is ready at ${url} after ${seconds(tookMs)}`,
    "",
    partLine("postgres", `${withoutPassword(addresses.databaseUrl)} (password in cluster.json)`),
    partLine("kafka", addresses.kafkaBrokers),
    partLine("chroma", addresses.chromaUrl),
    ...[...plans, ...watchers].map((server) => partLine(server.name, addressOf(server))),
    partLine("logs", inHome("logs")),
    partLine("addresses", inHome("cluster.json")),
    partLine("main", `release ${main.releaseId}, commit ${short(main.code)}`),
    ...notServed(checkout, main, command),
    "",
    "Try:",
    `  curl ${url}/recommend/42`,
    `  curl '${url}/api/v1/users/42/recommendations?n=5&explain=true'`,
    `  curl '${url}/api/v1/movies?search=space+adventure'`,
    `  ${command} recommend 42 --explain`,
    `  ${command} stream status`,
    "",
    "Ctrl-C stops everything; the data stay.",
  ];
}

/** With where its metrics are, where that is another port: users do not see them. */
function addressOf({ url, readyUrl }: NamedServer): string {
  const { origin } = new URL(readyUrl);
  return origin === new URL(url).origin ? url : `${url} (metrics: ${origin}/metrics)`;
}

/** Our command as a shell takes it: without a word of the home it asks for the usual one. */
function commandFor(home: string): string {
  if (home === USUAL_HOME) return "npx canarec";
  const word = /^[\w./+:@%-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`;
  return `CANAREC_HOME=${word} npx canarec`;
}

/** What somebody who has changed the code should know. */
function notServed(
  { commit, changedFiles }: Checkout,
  main: ServedMain,
  command: string,
): string[] {
  const said: string[] = [];
  if (commit !== main.code) {
    said.push(`HEAD is ${short(commit)}: ${command} release submit --ref HEAD ships it`);
  }
  if (changedFiles > 0) {
    const files = changedFiles === 1 ? "file is" : "files are";
    said.push(`${changedFiles} changed ${files} not committed, and not served`);
  }
  return said.map((text) => partLine("", text));
}

const short = (commit: string) => commit.slice(0, 12);

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.password !== "") url.password = "…";
  return decodeURI(url.href);
}
