import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";

export interface ClusterOptions {
  /** Of the public address. */
  readonly port: number;
  /** Absolute path of the folder with all state. */
  readonly home: string;
  /** `demo`, or the absolute path of a catalogue file. */
  readonly catalog: string;
  /** Stream lines a second that the simulator aims at; its own default if absent. */
  readonly linesPerSecond: number | undefined;
  readonly simulator: boolean;
  /** Whether Prometheus and Alertmanager watch it. */
  readonly monitoring: boolean;
}

/** What the command line asks for: a cluster, or that a text be shown and the process end. */
export type Parsed =
  | { readonly kind: "run"; readonly options: ClusterOptions }
  | { readonly kind: "show"; readonly text: string; readonly exitCode: 0 | 1 };

export interface Defaults {
  readonly home: string;
  /** Relative paths on the command line start here. */
  readonly folder: string;
}

/** Parse the options of `npm start`. A mistake becomes one line and exit code 1. */
export function parseOptions(args: readonly string[], defaults: Defaults): Parsed {
  const shown: string[] = [];
  const command = definition(defaults).configureOutput({
    writeOut: (text) => shown.push(text),
    writeErr: () => undefined, // said by the error that is thrown
  });
  try {
    command.parse([...args], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return { kind: "show", text: shown.join(""), exitCode: 0 };
    const rule = thrown.message.replace(/^error: /, "").replaceAll("\n", " ");
    return { kind: "show", text: `canarec: ${rule} (--help lists the options)\n`, exitCode: 1 };
  }
  return { kind: "run", options: optionsFrom(command.opts(), defaults) };
}

interface RawOptions {
  readonly port: number;
  readonly home: string;
  readonly catalog: string;
  readonly rate?: number;
  readonly simulator: boolean;
  readonly withMonitoring?: boolean;
}

function definition(defaults: Defaults): Command {
  return new Command("npm start --")
    .description("Run all of Canarec on this machine.")
    .allowExcessArguments(false)
    .option("--port <port>", "public port", parsePort, 8082)
    .option("--home <folder>", "folder of all state (CANAREC_HOME)", parseHome, defaults.home)
    .option("--catalog <demo|path>", "catalogue that a new home starts with", "demo")
    .option("--rate <lines>", "stream lines per second that the simulator sends", parseRate)
    .option("--no-simulator", "wait for a real stream instead of simulating a platform")
    .option("--with-monitoring", "have Prometheus and Alertmanager, as installed, watch it")
    .exitOverride();
}

function optionsFrom(raw: RawOptions, defaults: Defaults): ClusterOptions {
  return {
    port: raw.port,
    home: resolve(defaults.folder, raw.home),
    catalog: raw.catalog === "demo" ? "demo" : resolve(defaults.folder, raw.catalog),
    linesPerSecond: raw.rate,
    simulator: raw.simulator,
    monitoring: raw.withMonitoring === true,
  };
}

/** Nothing, as of a shell variable that is not set, would make the current folder the home. */
function parseHome(text: string): string {
  if (text === "") throw new InvalidArgumentError("expected a folder.");
  return text;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("expected 1 to 65535.");
  return port;
}

/** What the simulator can make; its own configuration refuses more. */
const MOST_LINES_PER_SECOND = 10_000;

function parseRate(text: string): number {
  const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (rate <= 0 || rate > MOST_LINES_PER_SECOND) {
    throw new InvalidArgumentError(`expected a number above 0, at most ${MOST_LINES_PER_SECOND}.`);
  }
  return rate;
}
