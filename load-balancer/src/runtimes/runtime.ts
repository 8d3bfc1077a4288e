import type { GateReport } from "@canarec/inference/contract/gate-report";
import type { GatedBundles } from "./gate-command.ts";

/** What a replica of inference is started with. */
export interface ReplicaSpec {
  /** Unique for ever. */
  readonly name: string;
  readonly releaseId: number;
  /** Full commit or image digest. */
  readonly code: string;
  /** What it says of itself in its answers. */
  readonly build: string;
  readonly bundleId: string;
  /** All that it inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: { readonly memoryMiB: number };
}

export interface RunningReplica {
  readonly name: string;
  readonly url: string;
  /** JSON; what `adopt` finds it by. */
  readonly handle: unknown;
}

/** A replica that ended without having been asked to. */
export interface ReplicaExit {
  readonly name: string;
  readonly reason: string;
  readonly lastLines: readonly string[];
}

/**
 * Where builds run. One contract test (`tests/integration/runtimes`) holds for each.
 *
 * A replica outlives the control plane's process, which finds it again by `adopt`.
 */
export interface Runtime extends AsyncDisposable {
  readonly kind: "process" | "docker";
  /** @returns the full commit, or image digest. @throws ServiceError `not_found` for a ref that is none. */
  resolve(ref: string): Promise<string>;
  /** Make a build ready to be started; does nothing where it is. @throws ServiceError with why it cannot be. */
  prepare(code: string, signal: AbortSignal): Promise<void>;
  /** Run the build's own `bundle build`. @returns the bundle's id. */
  buildBundle(code: string, signal: AbortSignal): Promise<string>;
  /**
   * Run the build's own `gate`.
   *
   * @returns undefined for a build that has none. @throws ServiceError with why the gate itself failed.
   */
  runGate(
    code: string,
    bundles: GatedBundles,
    signal: AbortSignal,
  ): Promise<GateReport | undefined>;
  /** Start a replica; it need not be ready yet. Idempotent by name. */
  start(spec: ReplicaSpec, signal: AbortSignal): Promise<RunningReplica>;
  /** @returns undefined where it does not run any longer. */
  adopt(handle: unknown): Promise<RunningReplica | undefined>;
  /** Told at once of each replica that ends by itself. */
  onExit(listener: (exit: ReplicaExit) => void): void;
  /** Ask to end, wait, end by force. Idempotent. */
  stop(name: string, graceMs: number): Promise<void>;
  /** The last lines of its log, oldest first. */
  logTail(name: string, lines: number): Promise<readonly string[]>;
  /** Undefined where it does not run. */
  memoryMiB(name: string): Promise<number | undefined>;
  /** Every replica of this home that runs, whoever started it. */
  list(): Promise<readonly RunningReplica[]>;
  /** Forget prepared builds that are not named. @returns those forgotten. */
  prune(keep: readonly string[]): Promise<readonly string[]>;
}
