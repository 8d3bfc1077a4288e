import { ConfigError } from "./config.ts";
import { messageOf } from "./errors.ts";
import { type Logger, createLogger, withoutPasswords } from "./logging.ts";

/** How long a service may take to stop before it is ended; above every drain in the system. */
const STOP_LIMIT_MS = 30_000;

export interface ServiceProcess<Config> {
  readonly name: string;
  /** @throws ConfigError */
  readonly config: () => Config & { readonly logLevel: string };
  readonly start: (config: Config, log: Logger) => Promise<AsyncDisposable>;
}

/**
 * The whole life of a service's process: parse its config, start, wait for SIGINT, SIGTERM or the
 * end of the parent (a closed IPC channel), stop in order.
 *
 * Exit codes: 0 after a stop, 1 when the environment is wrong, the start failed or the stop was
 * not clean. A wrong environment or a failed start is one line on standard error.
 */
export async function runService<Config>(service: ServiceProcess<Config>): Promise<void> {
  const stop = stopSignal();
  // From the request on: a start that hangs must not keep a process that nobody wants.
  void stop.then(() => setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref());
  let log: Logger | undefined;
  try {
    const config = service.config();
    log = createLogger(service.name, config.logLevel);
    await using _running = await service.start(config, log);
    log.info("ready");
    await stop;
    log.info("stopping");
  } catch (failure) {
    if (!(failure instanceof ConfigError)) log?.error({ err: failure }, "failed");
    process.stderr.write(`${service.name}: ${withoutPasswords(messageOf(failure))}\n`);
    process.exitCode = 1;
  }
  log?.flush();
  process.exit();
}

/** Listens before the start, so that a signal during the start is not lost. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const requested = () => {
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, requested);
    process.once("disconnect", requested);
  });
}
