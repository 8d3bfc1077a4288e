import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import { connect } from "node:net";
import { serve } from "@canarec/service-kit/http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSimpleRequest } from "./simple-request.ts";

const LINE = "GET /recommend/42 HTTP/1.1\r\n";
const parse = (text: string) => parseSimpleRequest(Buffer.from(text, "latin1"));

describe("parseSimpleRequest", () => {
  it("reads what clients send", () => {
    expect(parse(`${LINE}Host: x\r\n\r\n`)).toEqual({ userId: 42, requestId: undefined });
    const headers = "host:x\r\nUser-Agent: c/1 (a; b)\r\nAccept: */*\r\nConnection: Keep-Alive\r\n";
    expect(parse(`${LINE}${headers}X-Request-Id:  abc \r\nx-y:\r\n\r\n`)).toEqual({
      userId: 42,
      requestId: "abc",
    });
  });

  it.each([
    ["another method", "POST /recommend/42 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["another path", "GET /recommend/42/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a query", "GET /recommend/42?a=b HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a whole address", "GET http://x/recommend/42 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an id that is none", "GET /recommend/042 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an id of 54 bits", "GET /recommend/9007199254740992 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an older version", "GET /recommend/42 HTTP/1.0\r\nHost: x\r\n\r\n"],
    ["two blanks", "GET  /recommend/42 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a bare newline", "GET /recommend/42 HTTP/1.1\nHost: x\r\n\r\n"],
    ["no host", `${LINE}Accept: x\r\n\r\n`],
    ["no header", `${LINE}\r\n`],
    ["two hosts", `${LINE}Host: x\r\nHost: x\r\n\r\n`],
    ["two request ids", `${LINE}Host: x\r\nx-request-id: a\r\nX-Request-Id: b\r\n\r\n`],
    ["a length", `${LINE}Host: x\r\nContent-Length: 0\r\n\r\n`],
    ["an encoding", `${LINE}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ["an expectation", `${LINE}Host: x\r\nExpect: 100-continue\r\n\r\n`],
    ["an upgrade", `${LINE}Host: x\r\nUpgrade: h2c\r\n\r\n`],
    ["a connection that closes", `${LINE}Host: x\r\nConnection: close\r\n\r\n`],
    ["a connection with options", `${LINE}Host: x\r\nConnection: keep-alive, te\r\n\r\n`],
    ["a folded header", `${LINE}Host: x\r\nA: b\r\n c\r\n\r\n`],
    ["a blank before the colon", `${LINE}Host : x\r\n\r\n`],
    ["a header without a name", `${LINE}Host: x\r\n: y\r\n\r\n`],
    ["a control character", `${LINE}Host: x\r\nA: \0\r\n\r\n`],
    ["a byte beyond ASCII", `${LINE}Host: x\r\nA: \xe9\r\n\r\n`],
    ["a carriage return in a header", `${LINE}Host: x\r\nA: b\rc\r\n\r\n`],
    ["no end", `${LINE}Host: x\r\n`],
    ["something behind it", `${LINE}Host: x\r\n\r\nGET`],
    ["two requests", `${LINE}Host: x\r\n\r\n${LINE}Host: x\r\n\r\n`],
    ["3 KiB of headers", `${LINE}Host: x\r\nA: ${"b".repeat(3_000)}\r\n\r\n`],
  ])("leaves %s to a complete parser", (_what, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it("takes nothing that Node's own parser refuses or reads otherwise", async () => {
    const heard: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      heard.push(request);
      response.writeHead(200, { connection: "close" }).end();
    });
    await using running = await serve(server, { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(running.url).port);
    const ask = async (text: string) => {
      const socket = connect(port, "127.0.0.1");
      let answers = "";
      socket.on("data", (chunk: Buffer) => (answers += chunk.toString()));
      socket.write(text, "latin1");
      await once(socket, "close");
      return answers;
    };
    const text = fc
      .array(
        fc.tuple(
          fc.constantFrom(...NAMES),
          fc.constantFrom(...BETWEEN),
          fc.constantFrom(...VALUES),
        ),
        {
          maxLength: 5,
        },
      )
      .map((headers) => headers.map((parts) => `${parts.join("")}\r\n`).join(""))
      .map((headers) => `${LINE}Host: x\r\n${headers}\r\n`);
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(text, async (request) => {
        const simple = parse(request);
        if (simple === undefined) return;
        taken += 1;
        heard.length = 0;
        expect(await ask(request)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        const [one] = heard;
        expect(heard).toHaveLength(1);
        expect(one?.url).toBe(`/recommend/${simple.userId}`);
        expect(one?.headers["x-request-id"]).toBe(simple.requestId);
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

const NAMES = [
  "a",
  "X-Request-Id",
  "accept",
  "Connection",
  "Cookie",
  "a b",
  "",
  "Content-Length",
  "!#$%&'*+-.^_`|~",
];
const BETWEEN = [":", ": ", ":\t", " :", ""];
const VALUES = ["", "x", "keep-alive", "close", "a:b", "a, b", "\tx ", "\x7f", "~", '"\\"', "0"];
