import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, fuzzedRequest } from "./fuzz-requests.ts";
import { NAUGHTY } from "./naughty-text.ts";
import { rawRequest } from "./raw-request.ts";
import { SURFACE_NAMES, type Surface, type Surfaces, openSurfaces } from "./surfaces.ts";

/** Requests a port; `npm run fuzz` asks for more. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 120);

/** The same requests in each run of the suite; others in each run that asks for more. */
const SEED =
  process.env["FUZZ_SEED"] ?? (process.env["FUZZ_RUNS"] === undefined ? "42" : undefined);
const FUZZ_LIMIT_MS = 120_000 + RUNS * 100;

/** What no answer may tell: stacks, paths of machine and modules, statements, what failed behind. */
const INTERNALS =
  /\bat .{1,80}:\d+:\d+|node_modules|node:internal|\.(?:ts|mjs|js):\d|\/(?:tmp|home|root|usr|var|opt)\/|insert into|relation "|syntax error at|violates|invalid input syntax|out of range for|ECONN|ENOENT|EACCES|(?:Type|Reference|Range|Syntax)Error|\[object |x-powered-by/i;

let surfaces: Surfaces;

beforeAll(async () => {
  surfaces = await openSurfaces();
});
afterAll(() => surfaces[Symbol.asyncDispose]());

function surface(name: string): Surface {
  const found = surfaces.all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no surface ${name}`);
  return found;
}

async function expectServing({ url }: Surface): Promise<void> {
  const { status } = await rawRequest(
    url,
    "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  expect(status).toBe(200);
}

const INNER = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
const POST = "POST /healthz HTTP/1.1\r\nHost: x\r\n";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const GET = "GET /healthz HTTP/1.1\r\n";

/** Messages that two servers may read in two ways. */
const SMUGGLED: readonly (readonly [string, string])[] = [
  [
    "both lengths",
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`,
  ],
  [
    "both lengths, the other way round",
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${INNER}`,
  ],
  ["two lengths that differ", `${POST}Content-Length: 0\r\nContent-Length: 38\r\n\r\n${INNER}`],
  ["the same length twice", `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${INNER}`],
  ["a list of lengths", `${POST}Content-Length: 0, 0\r\n\r\n${INNER}`],
  ["a signed length", `${POST}Content-Length: +0\r\n\r\n${INNER}`],
  ["a negative length", `${POST}Content-Length: -1\r\n\r\n${INNER}`],
  ["a hexadecimal length", `${POST}Content-Length: 0x0\r\n\r\n${INNER}`],
  ["a length beyond 64 bits", `${POST}Content-Length: 18446744073709551616\r\n\r\n${INNER}`],
  ["an encoding that is none", `${POST}Transfer-Encoding: xchunked\r\n\r\n${INNER}`],
  [
    "chunked that is not last",
    `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${INNER}`,
  ],
  ["a chunk size that is none", `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n${INNER}`],
  ["a signed chunk size", `${CHUNKED}+5\r\nhello\r\n0\r\n\r\n${INNER}`],
  ["a negative chunk size", `${CHUNKED}-1\r\nhello\r\n0\r\n\r\n${INNER}`],
  ["a chunk size beyond 64 bits", `${CHUNKED}10000000000000005\r\nhello\r\n0\r\n\r\n${INNER}`],
  ["a chunk longer than it says", `${CHUNKED}1\r\nhello\r\n0\r\n\r\n${INNER}`],
  ["a bare newline after a chunk size", `${CHUNKED}5\nhello\r\n0\r\n\r\n${INNER}`],
  ["a bare newline after a chunk", `${CHUNKED}5\r\nhello\n0\r\n\r\n${INNER}`],
  ["a folded header", `${GET}Host: x\r\n folded: 1\r\n\r\n${INNER}`],
  ["a blank before the colon", `${GET}Host : x\r\n\r\n${INNER}`],
  ["a blank before the first header", `${GET} Host: x\r\n\r\n${INNER}`],
  ["bare newlines", `GET /healthz HTTP/1.1\nHost: x\n\n${INNER}`],
  ["one bare newline", `${GET}Host: x\nX-A: 1\r\n\r\n${INNER}`],
  ["a bare carriage return", `${GET}Host: x\rX-A: 1\r\n\r\n${INNER}`],
  ["a NUL in a header", `${GET}Host: x\r\nX-A: a\0b\r\n\r\n${INNER}`],
  ["a header without a colon", `${GET}Host: x\r\nnonsense\r\n\r\n${INNER}`],
  [
    "an absolute target",
    `GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  ],
  [
    "an authority as the target",
    `GET elsewhere:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  ],
  ["a blank in the target", `GET /healthz x HTTP/1.1\r\nHost: x\r\n\r\n${INNER}`],
  ["no host", `${GET}\r\n${INNER}`],
  ["two hosts", `${GET}Host: x\r\nHost: y\r\nConnection: close\r\n\r\n`],
  ["an unknown version", `GET /healthz HTTP/3.7\r\nHost: x\r\n\r\n${INNER}`],
  ["headers too large", `${GET}Host: x\r\nX-Pad: ${"x".repeat(20_000)}\r\n\r\n${INNER}`],
  ["too many headers", `${GET}Host: x\r\n${"X-A: 1\r\n".repeat(6_000)}\r\n${INNER}`],
  ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
];

describe.each(SURFACE_NAMES)("%s", (name) => {
  it("refuses whatever may be read in two ways, once, and closes the connection", async () => {
    const accepted: object[] = [];
    for (const [what, bytes] of SMUGGLED) {
      const answer = await rawRequest(surface(name).url, Buffer.from(bytes, "latin1"), 2_000);
      const { status = 0, count, closed } = answer;
      const isRefused = status >= 400 && status < 500 && count === 1 && closed;
      if (!isRefused) accepted.push({ what, status, count, closed });
    }
    expect(accepted).toEqual([]);
    await expectServing(surface(name));
  });

  it(
    "answers anything that a client may send with 2xx or 4xx, tells nothing of itself, and goes on",
    async () => {
      const { url, fixed, operations } = surface(name);
      const property = fc.asyncProperty(fuzzedRequest(operations), async (request) => {
        const { status, text } = await rawRequest(url, bytesOf(request, fixed));
        expect(status, `status of: ${text.slice(0, 500)}`).toSatisfy(
          (one: number | undefined) =>
            one !== undefined && ((one >= 200 && one < 300) || (one >= 400 && one < 500)),
        );
        expect(text).not.toMatch(INTERNALS);
        expect(text).not.toMatch(/^content-type: text\/html/im);
        expect(text).not.toMatch(/^x-evil/im);
      });
      await fc.assert(property, {
        numRuns: RUNS,
        ...(SEED !== undefined && { seed: Number(SEED) }),
      });
      await expectServing(surface(name));
    },
    FUZZ_LIMIT_MS,
  );
});

describe("the naughty texts", () => {
  it("are none that would be taken for internals", () => {
    expect(NAUGHTY.filter((text) => INTERNALS.test(text))).toEqual([]);
  });
});

it("nothing is left behind: no object has what a request put on its prototype", () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
