import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** Fields that never reach a log, at the top and one level down. */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "password",
  "token",
  "secret",
  "databaseUrl",
  "connectionString",
  "webhookUrl",
];

/**
 * One logger per process; parts of it take a child: `log.child({ part: "rollout" })`.
 * JSON lines on standard output with ISO times; secrets are redacted by field name, and the
 * password of an address by shape.
 */
export function createLogger(
  service: string,
  level: string,
  destination?: DestinationStream,
): Logger {
  const options = {
    name: service,
    level,
    base: { name: service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    serializers: { err: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Replace the password in every `scheme://user:password@host` of a text. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/[^\s:/@]*):[^\s@/]*@/g, "$1:***@");
}

function serializeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { type, message, stack } = pino.stdSerializers.err(thrown);
  return {
    type,
    message: withoutPasswords(message),
    stack: withoutPasswords(stack),
    ...("code" in thrown && { code: thrown.code }),
  };
}
