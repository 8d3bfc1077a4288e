import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswer } from "./parse-answer.ts";

const parse = (text: string, ended = false) => parseAnswer(Buffer.from(text), 1_000, ended);
const OK = "HTTP/1.1 200 OK\r\n";

describe("parseAnswer", () => {
  it("reads status, headers and body", () => {
    expect(parse(`${OK}Content-Type: text/plain\r\nContent-Length: 8\r\n\r\namélie+`)).toEqual({
      kind: "complete",
      answer: {
        status: 200,
        headers: { "content-type": "text/plain", "content-length": "8" },
        body: "amélie+",
        kept: true,
      },
    });
  });

  it.each([
    [
      "chunks",
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`,
    ],
    [
      "an interim answer first",
      `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 13\r\n\r\nabc0123456789`,
    ],
  ])("reads %s", (_what, text) => {
    expect(parse(text)).toMatchObject({ answer: { body: "abc0123456789", kept: true } });
  });

  it("reads a body without a length up to the end of the connection", () => {
    expect(parse(`${OK}\r\nabc`)).toEqual({ kind: "partial", status: 200 });
    expect(parse(`${OK}\r\nabc`, true)).toMatchObject({ answer: { body: "abc", kept: false } });
  });

  it.each([
    ["closes", `${OK}connection: Close\r\ncontent-length: 0\r\n\r\n`],
    ["is of HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"],
    ["is followed by something", `${OK}content-length: 0\r\n\r\nHTTP/1.1 200`],
    ["has trailers", `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n\r\n`],
    [
      "is followed by something after its chunks",
      `${OK}transfer-encoding: chunked\r\n\r\n0\r\n\r\nx`,
    ],
  ])("does not keep a connection whose answer %s", (_what, text) => {
    expect(parse(text)).toMatchObject({ kind: "complete", answer: { kept: false } });
  });

  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["no status", "HTTP/1.1 OK\r\n\r\n"],
    ["HTTP/2", "HTTP/2 200\r\n\r\n"],
    ["a header without a name", `${OK}: x\r\n\r\n`],
    ["a folded header", `${OK}a: b\r\n c\r\n\r\n`],
    ["a blank before the colon", `${OK}content-length : 3\r\n\r\nabc`],
    ["a bare newline", `${OK}a: b\nc: d\r\n\r\n`],
    ["both ways of framing", `${OK}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc`],
    ["two lengths", `${OK}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`],
    ["a length that is none", `${OK}content-length: 3x\r\n\r\nabc`],
    ["another encoding", `${OK}transfer-encoding: gzip, chunked\r\n\r\nabc`],
    [
      "a chunk without a length",
      `${OK}transfer-encoding: chunked\r\n\r\nabc\r\nxyz\r\n`.replace("abc", "xy"),
    ],
    ["a chunk longer than said", `${OK}transfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n`],
    ["too large a body", `${OK}content-length: 1001\r\n\r\n${"a".repeat(1_001)}`],
    ["too large a head", `${OK}a: ${"b".repeat(17_000)}`],
    ["too large a head with an end", `${OK}a: ${"b".repeat(17_000)}\r\n\r\n`],
  ])("refuses %s", (_what, text) => {
    expect(parse(text).kind).toBe("invalid");
  });

  it("knows the status of an answer that is cut off", () => {
    expect(parse(`${OK}content-length: 5\r\n\r\nabc`, true)).toEqual({
      kind: "partial",
      status: 200,
    });
  });

  it("takes no beginning of an answer for a whole one, and is not misled by where it is cut", () => {
    const answers = [
      `${OK}content-length: 9\r\ncontent-type: text/plain\r\n\r\nalien,mib`,
      `HTTP/1.1 103 Early Hints\r\n\r\n${OK}transfer-encoding: chunked\r\n\r\n5\r\nalien\r\n4\r\n,mib\r\n0\r\n\r\n`,
    ];
    for (const text of answers) {
      for (let end = 0; end < text.length; end += 1) {
        expect([end, parse(text.slice(0, end)).kind]).toEqual([end, "partial"]);
      }
      expect(parse(text)).toMatchObject({ kind: "complete", answer: { body: "alien,mib" } });
    }
  });

  it("throws at nothing", () => {
    const pieces = [
      "HTTP/1.1 ",
      "200",
      " OK",
      "\r\n",
      ":",
      "content-length",
      "transfer-encoding",
      "chunked",
      "3",
      "abc",
      "\0",
      " ",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), fc.boolean(), (parts, ended) => {
        parse(parts.join(""), ended);
      }),
    );
  });
});
