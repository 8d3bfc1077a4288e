import { z } from "zod";

/** The environment as Node hands it over: every value is a string, or absent. */
export type Env = Readonly<Record<string, string | undefined>>;

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** Each as `VARIABLE: what was expected`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid environment: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/**
 * Parse the environment into a service's typed config.
 *
 * Names every variable that is missing or malformed, so that one restart is enough.
 * Echoes no value, because any of them may be a secret. An empty string counts as absent, as
 * compose files and unit files write it.
 *
 * @throws ConfigError
 */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, env: Env): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const missing = present[issue.path.join(".")] === undefined;
    return `${issue.path.join(".")}: ${missing ? "is not set" : issue.message}`;
  });
  throw new ConfigError(problems);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "expected a decimal number")
  .transform(Number);

const WEBHOOK = "expected the http or https address of a webhook, without spaces";

/** Variables of the usual kinds. They refuse "80a", which `parseInt` reads as 80. */
export const variable = {
  /** A TCP port; 0 lets the system choose a free one. */
  port: decimal.pipe(z.int().min(0).max(65_535)),
  milliseconds: decimal.pipe(z.int().positive()),
  fraction: decimal.pipe(z.number().min(0).max(1)),
  count: decimal.pipe(z.int().min(0)),
  number: decimal,
  url: z.url(),
  /** A Postgres address; checked here because a URL parser accepts any scheme. */
  postgresUrl: z.url({
    protocol: /^postgres(ql)?$/,
    error: "expected an address like postgres://user@host:5432/database",
  }),
  httpUrl: z.url({ protocol: /^https?$/, error: "expected http://host:port" }),
  /** A secret address that takes messages; its path is part of it. */
  webhookUrl: z
    .string()
    .trim()
    .regex(/^\S+$/, WEBHOOK) // a URL parser drops some spaces and encodes others
    .pipe(z.url({ protocol: /^https?$/, error: WEBHOOK })),
  /** `host:port,host:port` */
  addresses: z
    .string()
    .regex(/^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/, "expected host:port, separated by commas")
    .transform((text) => text.split(",")),
  /** `http://a:1,http://b:2` */
  urls: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1)),
  logLevel: z.enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"]),
  /** Of a rating: 5 or 10. */
  ratingMax: z.enum(["5", "10"], { error: "expected 5 or 10" }).transform(Number),
  /** IANA name of a time zone. */
  zone: z.string().refine(isZone, "expected an IANA zone like Europe/Berlin"),
  /** `true` or `false`, nothing else. */
  flag: z.enum(["true", "false"]).transform((text) => text === "true"),
} as const;
