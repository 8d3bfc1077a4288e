import { describe, expect, it } from "vitest";
import { headersToClient, headersToReplica } from "./forwarded-headers.ts";

describe("headersToReplica", () => {
  it("passes on what is on the list, and the request id", () => {
    const received = {
      accept: "application/json",
      host: "example.org",
      cookie: "a=b",
      connection: "close, accept",
      "transfer-encoding": "chunked",
      "content-length": "5",
      "x-canarec-internal": "{}",
      "x-request-id": "theirs",
    };
    expect(headersToReplica(received, "ours")).toEqual({
      accept: "application/json",
      "x-request-id": "ours",
    });
  });
});

describe("headersToClient", () => {
  it("keeps back hop-by-hop headers, those that Connection names, and our own", () => {
    const received = {
      "content-type": "application/json",
      "content-length": "2",
      connection: "keep-alive, X-Private",
      "keep-alive": "timeout=5",
      "x-private": "1",
      "x-canarec-internal": "{}",
      vary: ["accept", "accept-language"],
    };
    expect(headersToClient(received)).toEqual({
      "content-type": "application/json",
      "content-length": "2",
      vary: ["accept", "accept-language"],
    });
  });
});
