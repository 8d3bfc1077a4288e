import fc from "fast-check";
import { naughtyText, naughtyValue, percentEncoded } from "./naughty-text.ts";

/** One operation of a port, as its contract has it. */
export interface Operation {
  readonly method: string;
  /** Parameters in braces, each with a value that is right: `/releases/{1}/pause`. */
  readonly path: string;
  /** Names with values that are right. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface FuzzedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "FOO",
  "get",
];

const HEADERS = [
  ...[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "content-encoding",
    "cookie",
    "expect",
  ],
  ...[
    "forwarded",
    "if-modified-since",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "te",
    "upgrade",
    "user-agent",
  ],
  ...[
    "x-canarec-internal",
    "x-canarec-track",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-http-method-override",
  ],
  ...["x-original-url", "x-request-id", "x-rewrite-url"],
];

const TYPES = [
  ...[
    "application/json",
    "application/json; charset=utf-99",
    "application/json; charset=utf-16",
    "text/plain",
  ],
  ...[
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
    "application/json, text/html",
  ],
];

const RAW_BODIES = [
  ...[
    "",
    "{",
    "[",
    "nul",
    "NaN",
    "{]",
    '"',
    "\u0000",
    '{"a":1}{"b":2}',
    "<xml/>",
    "a=b",
    "1e999",
    '{"a":1,"a":2}',
  ],
  ...[
    "[".repeat(5_000),
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
  ],
  ...['"\\ud800"', '{"\\u0000":1}', "\ufeff{}", "x".repeat(200_000)],
];

/** Of an operation: a request that is right but for whatever chance changes of it. */
export function fuzzedRequest(operations: readonly Operation[]): fc.Arbitrary<FuzzedRequest> {
  return fc
    .constantFrom(...operations)
    .chain((operation) =>
      fc.record({
        method: rarely(fc.constantFrom(...METHODS), operation.method),
        target: targetOf(operation),
        headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerText), { maxLength: 2 }),
        type: rarely(fc.constantFrom(...TYPES), "application/json"),
        body: bodyOf(operation),
      }),
    )
    .map(({ type, ...rest }) => ({
      ...rest,
      headers: rest.body === undefined ? rest.headers : [...rest.headers, ["content-type", type]],
    }));
}

/** As bytes of a connection that ends after one answer. */
export function bytesOf({ method, target, headers, body }: FuzzedRequest, fixed: string): Buffer {
  const length = body === undefined ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${fixed}${length}${lines}\r\n${body ?? ""}`,
  );
}

function rarely<T>(strange: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 7 }, { arbitrary: strange, weight: 1 });
}

/** Without what would end the header: splitting is tried elsewhere. */
const headerText = naughtyText.map((text) => text.replace(/[\r\n\u0000]/g, "").slice(0, 1_000));

function targetOf({ path, query = {} }: Operation): fc.Arbitrary<string> {
  const pieces = path
    .split(/\{([^}]*)\}/)
    .map((piece, index) =>
      index % 2 === 0
        ? fc.constant(piece)
        : fc.oneof(
            { arbitrary: fc.constant(piece), weight: 1 },
            { arbitrary: naughtyText.map(percentEncoded), weight: 2 },
            { arbitrary: naughtyText.map((text) => text.replace(/[\r\n ]/g, "")), weight: 1 },
          ),
    );
  const names = [...Object.keys(query), "n", "__proto__", "x"];
  const parameter = fc
    .tuple(
      fc.constantFrom(...names),
      fc.oneof(naughtyText, fc.constantFrom("1", ...Object.values(query))),
      fc.boolean(),
    )
    .map(
      ([name, text, encoded]) =>
        `${name}=${encoded ? percentEncoded(text) : text.replace(/[\r\n ]/g, "")}`,
    );
  const right = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const queries = fc.oneof(
    fc.constant(right),
    fc.array(parameter, { maxLength: 3 }).map((some) => [...right, ...some]),
    fc.array(parameter, { maxLength: 3 }),
  );
  return fc
    .tuple(fc.tuple(...pieces), queries)
    .map(([made, some]) =>
      some.length === 0 ? made.join("") : `${made.join("")}?${some.join("&")}`,
    );
}

function bodyOf({ body }: Operation): fc.Arbitrary<string | undefined> {
  if (body === undefined) {
    return rarely<string | undefined>(fc.constantFrom("{}", "x"), undefined);
  }
  return fc.oneof(
    { arbitrary: changed(body).map((one) => JSON.stringify(one)), weight: 4 },
    { arbitrary: fc.constantFrom(...RAW_BODIES), weight: 1 },
    { arbitrary: naughtyValue.map((one) => JSON.stringify(one)), weight: 1 },
  );
}

/** One field, somewhere, with another value, or gone, or one more. */
function changed(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) return naughtyValue;
  const keys = Object.keys(value);
  const copy = (change: (fields: Record<string, unknown>) => void) => {
    const fields = (Array.isArray(value) ? value.slice() : { ...value }) as Record<string, unknown>;
    change(fields);
    return fields;
  };
  const strange = fc.tuple(naughtyText, naughtyValue).map(([name, one]) =>
    // Not by name to a list: one such as "4294967294" would make it that long.
    Array.isArray(value)
      ? [...(value as unknown[]), one]
      : copy((fields) => void (fields[name] = one)),
  );
  if (keys.length === 0) return strange;
  const inside = fc
    .constantFrom(...keys)
    .chain((key) =>
      changed((value as Record<string, unknown>)[key]).map((one) =>
        copy((fields) => void (fields[key] = one)),
      ),
    );
  const without = fc
    .constantFrom(...keys)
    .map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)));
  return fc.oneof(
    { arbitrary: inside, weight: 5 },
    { arbitrary: without, weight: 1 },
    { arbitrary: strange, weight: 1 },
  );
}
