import type { Env } from "@canarec/service-kit/config";

/** Where a command writes: results on `out`, everything else on `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Somebody is looking at `err`: a progress bar makes sense. */
  readonly isInteractive: boolean;
}

/** What a command has of its process. */
export interface CliContext {
  readonly env: Env;
  /** Relative paths of the command line start here. */
  readonly folder: string;
  /** Given when the user wants an end. */
  readonly signal: AbortSignal;
  readonly input: AsyncIterable<Uint8Array>;
  readonly terminal: Terminal;
}

/** Options of every command that talks to a cluster. */
export interface CommonOptions {
  readonly home?: string;
  readonly json?: boolean;
}
