import { describe, expect, it } from "vitest";
import { answered, failureText } from "./ask-recommender.ts";

describe("answered", () => {
  it.each([
    [200, "a+1,b+2", { status: 200, movieIds: ["a+1", "b+2"], error: null, ms: 5 }],
    [200, "", { status: 200, movieIds: [], error: null, ms: 5 }],
    [503, "no\nreplica  ", { status: 503, movieIds: [], error: "no replica", ms: 5 }],
  ])("reads status %i, body %j", (status, body, answer) => {
    expect(answered(status, body, 5)).toEqual(answer);
  });
});

describe("failureText", () => {
  it("is the platform's exception for a deadline that passed", () => {
    const late = new DOMException("late", "TimeoutError");
    expect(failureText(late, "127.0.0.1:8082", 600)).toBe(
      "java.util.concurrent.TimeoutException: Request timeout to host/127.0.0.1:8082 after 600 ms",
    );
  });

  it("is one line for anything else", () => {
    expect(failureText(new Error("connect\nECONNREFUSED"), "h:1", 600)).toBe(
      "java.net.ConnectException: connect ECONNREFUSED to host/h:1",
    );
  });
});
