import { describe, expect, it } from "vitest";
import { judgeAnswer } from "./judge-answer.ts";

const answered = (status: number, body: string, type = "text/plain") =>
  judgeAnswer({
    kind: "answered",
    status,
    headers: { "content-type": type },
    body: Buffer.from(body),
  });

describe("judgeAnswer", () => {
  it("takes a list", () => {
    expect(answered(200, "alien,barbie")).toEqual({
      ok: true,
      list: ["alien", "barbie"],
      text: "alien,barbie",
    });
  });

  it.each([
    [500, "internal error", "server_error"],
    [503, "alien,barbie", "server_error"],
    [404, "no such user", "invalid_answer"],
    [204, "", "invalid_answer"],
    [302, "alien", "invalid_answer"],
    [200, "", "invalid_answer"],
  ] as const)("takes no answer with status %d and body %j", (status, body, error) => {
    expect(answered(status, body)).toEqual({ ok: false, status, error });
  });

  it("takes no page, even with status 200", () => {
    expect(answered(200, "<html>Welcome</html>", "text/html")).toMatchObject({
      error: "invalid_answer",
    });
  });

  it("hands on why there was no answer", () => {
    expect(judgeAnswer({ kind: "failed", status: null, error: "refused" })).toEqual({
      ok: false,
      status: null,
      error: "refused",
    });
  });
});
