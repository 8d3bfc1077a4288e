import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A service that is ready at once, answers what it is, and does as its requests say. */
const MAIN = `
import { createServer } from "node:http";
import { word } from "@canarec/service-kit/word";
import "./fault.ts";
const server = createServer((req, res) => {
  if (req.url === "/crash") { console.log("about to crash"); process.exit(7); }
  if (req.url === "/grow") { const held = []; setInterval(() => held.push(Buffer.alloc(32_000_000, 1)), 20); return; }
  if (req.url.startsWith("/recommend/")) {
    const fault = globalThis.fault?.(req);
    if (fault !== undefined) { res.writeHead(fault); res.end(); return; }
    res.writeHead(200, { "content-type": "text/plain", "x-canarec-internal": JSON.stringify({
      build: process.env["BUILD"], bundle: process.env["BUNDLE_ID"], personalised: true, propensities: null, reason: "history" }) });
    res.end(Array.from({ length: 20 }, (_, i) => word + "+" + i).join(","));
    return;
  }
  if (req.url.startsWith("/internal/popular")) { res.end(JSON.stringify({ movies: ["a", "b"] })); return; }
  if (req.url === "/deaf") process.on("SIGTERM", () => undefined);
  res.end(JSON.stringify({ word, build: process.env["BUILD"], bundle: process.env["BUNDLE_ID"], secret: process.env["SECRET"] }));
});
server.listen(Number(process.env["PORT"]), process.env["HOST"]);
process.once("disconnect", () => process.exit(0));
process.on("SIGTERM", () => { if (process.listenerCount("SIGTERM") === 1) process.exit(0); });
console.log("listening");
`;

const CLI = `#!/usr/bin/env node
if (process.argv.slice(2).join(" ") !== "bundle build --json") process.exit(2);
console.log(JSON.stringify({ bundleId: "ab".repeat(32) }));
`;

/** On the project's own image, for tsx. */
const DOCKERFILE = `ARG BASE_IMAGE
FROM \${BASE_IMAGE}
COPY . ./
`;

export interface SmallRepository {
  readonly folder: string;
  /** Commit a version whose service-kit says this word. @returns its commit. */
  commit(word: string, changes?: Readonly<Record<string, string>>): string;
  git(...args: string[]): string;
}

/** A git repository shaped like ours, with one small service in it. */
export function makeRepository(folder: string): SmallRepository {
  mkdirSync(folder, { recursive: true });
  const identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, ...identity, ...args], { encoding: "utf8" }).trim();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  git("init", "--quiet", "--initial-branch", "main");
  write(
    "package.json",
    JSON.stringify({ type: "module", workspaces: ["inference", "service-kit"] }),
  );
  write("package-lock.json", "{}");
  write(".gitignore", "node_modules");
  write("Dockerfile", DOCKERFILE);
  write("inference/package.json", JSON.stringify({ name: "@canarec/inference", type: "module" }));
  write(
    "service-kit/package.json",
    JSON.stringify({
      name: "@canarec/service-kit",
      type: "module",
      exports: { "./*": "./src/*.ts" },
    }),
  );
  write("inference/src/main.ts", MAIN);
  write("inference/src/fault.ts", "export {};\n");
  write("cli/bin/canarec.mjs", CLI);
  write("db-utils/drizzle/meta/_journal.json", JSON.stringify({ entries: [{ tag: "0000_a" }] }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    git,
    commit(word, changes = {}) {
      write("service-kit/src/word.ts", `export const word = ${JSON.stringify(word)};\n`);
      for (const [path, text] of Object.entries(changes)) write(path, text);
      git("add", "--all");
      git("commit", "--quiet", "--message", word);
      return git("rev-parse", "HEAD");
    },
  };
}
