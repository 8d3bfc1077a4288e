/**
 * The first thing that runs, on a machine that may have nothing yet: checks what is needed, installs
 * the dependencies where they are absent or stale, and hands over. Dependency-free.
 *
 *   node local-cluster/bootstrap.mjs start [options]   a whole cluster on this machine
 *   node local-cluster/bootstrap.mjs test [options]    the whole test suite; options are vitest's
 *   node local-cluster/bootstrap.mjs ci                format, lint, types, and the test suite
 *   node local-cluster/bootstrap.mjs verify            format, lint, types, and the unit tests
 *   node local-cluster/bootstrap.mjs install           the dependencies alone
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChecks } from "./bootstrap/checks.mjs";
import { firstStale } from "./bootstrap/dependencies.mjs";
import { openEngine } from "./bootstrap/engine.mjs";
import { findPrograms } from "./bootstrap/monitoring-programs.mjs";
import { kafkaJars, kafkaProblems, nodeProblem } from "./bootstrap/requirements.mjs";
import { concludeTests } from "./bootstrap/test-summary.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CHECKS = ["format:check", "lint", "typecheck"];
const STILL_BUSY_MS = 10_000;

const [command, ...args] = process.argv.slice(2);
const commands = { start, test, ci, verify, install };
const run = commands[command];
if (run === undefined) fail([`usage: bootstrap.mjs ${Object.keys(commands).join("|")} [options]`]);
const oldNode = nodeProblem(process.version);
if (oldNode !== undefined) fail([oldNode]);
await run();

async function start() {
  const asksHelp = args.includes("--help") || args.includes("-h");
  if (!asksHelp) requirePrograms([...kafkaLacks(), ...monitoringLacks()]);
  await install();
  // In this very process: a process between would pass on every Ctrl-C a second time.
  const { register } = await import("tsx/esm/api");
  register();
  const { runCluster } = await import("./src/main.ts");
  await runCluster(args);
}

async function test() {
  requirePrograms(kafkaLacks());
  await install();
  // A part of the suite takes what is there.
  const engine = args.length === 0 ? openEngine({ mayInstall: false, say }) : undefined;
  process.exitCode = await runTests([], engine);
}

async function ci() {
  await install();
  requirePrograms(kafkaLacks());
  const engine = openEngine({ mayInstall: true, say }); // beside the checks
  process.exitCode = await runTests(await check(), engine);
}

async function verify() {
  await install();
  const failed = await check();
  const unit = (await npm(["run", "--silent", "test:unit"])) === 0 ? [] : ["test:unit"];
  for (const name of [...failed, ...unit]) say(`failed: ${name}`);
  process.exitCode = failed.length + unit.length > 0 ? 1 : 0;
}

/** @returns names of the checks that failed. */
function check() {
  say(`checks: ${CHECKS.join(", ")}`);
  const checks = CHECKS.map((name) => ({ name, ...npmCommand(["run", "--silent", name]) }));
  return runChecks(checks, (text) => process.stdout.write(text), ROOT);
}

async function runTests(failedChecks, opening) {
  const engine = await opening;
  const folder = mkdtempSync(join(tmpdir(), "canarec-summary-"));
  const file = join(folder, "summary.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=./tests/summary-reporter.ts"];
  const code = await spawned(process.execPath, [vitest, "run", ...reporters, ...args], {
    ...engine?.env,
    CANAREC_TEST_SUMMARY: file,
  });
  await engine?.stop();
  const summary = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  rmSync(folder, { recursive: true, force: true });
  const conclusion = concludeTests(summary, code, failedChecks);
  for (const line of conclusion.lines) say(line);
  return conclusion.code;
}

/** Bring `node_modules` to what `package-lock.json` says. */
async function install() {
  const stale = firstStale(
    readJson(join(ROOT, "package-lock.json")),
    readJson(join(ROOT, "node_modules", ".package-lock.json")),
  );
  if (stale === undefined) return;
  say(`installing the dependencies with npm ci (${stale} is absent or not as locked) …`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const busy = setInterval(() => say(`  still installing, ${seconds()} s`), STILL_BUSY_MS);
  const code = await npm(["ci", "--no-audit", "--no-fund"]);
  clearInterval(busy);
  if (code !== 0) fail([`npm ci failed with exit code ${code}; its lines above say why`]);
  say(`installed the dependencies in ${seconds()} s`);
}

/** End here if something is lacking. */
function requirePrograms(problems) {
  if (problems.length > 0) fail(problems);
}

/** What keeps the embedded Kafka from running, where it is wanted. */
function kafkaLacks() {
  if ((process.env.KAFKA_BROKERS ?? "") !== "") return [];
  const home = process.env.JAVA_HOME ?? "";
  const java = spawnSync(home === "" ? "java" : join(home, "bin", "java"), ["-version"]);
  return kafkaProblems({
    java: java.status === 0 ? `${java.stderr}${java.stdout}` : undefined,
    maven: hasKafkaJars() ? undefined : spawnSync("mvn", ["-v"]).status === 0,
  });
}

/** What keeps Prometheus and Alertmanager from running, where they are wanted. */
function monitoringLacks() {
  if (!args.includes("--with-monitoring")) return [];
  const { problem } = findPrograms(process.env.PATH, join(cacheFolder(), "prometheus"));
  return problem === undefined ? [] : [problem];
}

function cacheFolder() {
  return process.env.CANAREC_CACHE || join(ROOT, ".cache");
}

/** Whether Maven has done its work: another version's jars are of no use. */
function hasKafkaJars() {
  const pom = readFileSync(join(ROOT, "local-cluster", "kafka-pom.xml"), "utf8");
  return kafkaJars(pom).every((jar) => existsSync(join(cacheFolder(), jar)));
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function npm(parameters) {
  const { program, args } = npmCommand(parameters);
  return spawned(program, args);
}

function npmCommand(parameters) {
  const self = process.env.npm_execpath;
  return self !== undefined && /npm-cli\.c?js$/.test(self)
    ? { program: process.execPath, args: [self, ...parameters] }
    : { program: "npm", args: parameters };
}

/** Run a program on our terminal; resolves to its exit code. */
function spawned(program, parameters, variables = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...variables };
    const child = spawn(program, parameters, { cwd: ROOT, stdio: "inherit", env });
    // The terminal sends Ctrl-C to the child as well; we stay to report its end.
    const stay = () => undefined;
    const pass = () => child.kill("SIGTERM");
    process.on("SIGINT", stay).on("SIGTERM", pass);
    child.on("error", () => resolve(127));
    child.on("exit", (code) => {
      process.off("SIGINT", stay).off("SIGTERM", pass);
      resolve(code ?? 1);
    });
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** One line for each problem. */
function fail(problems) {
  for (const problem of problems) process.stderr.write(`canarec: ${problem}\n`);
  if (command === "test" || command === "ci") say("0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
