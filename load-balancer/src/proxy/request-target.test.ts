import { describe, expect, it } from "vitest";
import { parseTarget } from "./request-target.ts";

describe("parseTarget", () => {
  it.each([
    ["/recommend/42", 42],
    ["/recommend/0", 0],
    ["/recommend/9007199254740991", Number.MAX_SAFE_INTEGER],
    ["/recommend/42?cache=no", 42],
  ])("sends %s to the user's recommendations", (target, userId) => {
    expect(parseTarget("GET", target)).toEqual({ kind: "recommend", userId });
  });

  it.each([
    "",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x10",
    "007",
    " 1",
    "1 ",
    "%201",
    "1%20",
    "%31",
    "9007199254740992",
    "99999999999999999999999999",
    "seven",
    "NaN",
    "Infinity",
    "null",
    "🎬",
    "%F0%9F%8E%AC",
    "٣",
    "1%00",
    "%00",
    "../admin",
    "..%2Fadmin",
    "1/../2",
    "1/",
    "1/2",
    "1;drop table users",
    "1'--",
    "1%27%20or%201=1",
    "1,2",
    "1#2",
  ])("refuses the user id %j", (id) => {
    expect(parseTarget("GET", `/recommend/${id}`)).toMatchObject({
      status: 400,
      code: "invalid_argument",
    });
    if (!id.includes("/") && id !== "") {
      expect(parseTarget("GET", `/api/v1/users/${id}/recommendations`)).toMatchObject({
        kind: "refused",
        status: 400,
      });
    }
  });

  it.each([
    ["/api/v1/users/42/recommendations?n=5", 42],
    ["/api/v1/users/42", 42],
    ["/api/v1/movies?search=star%20wars", undefined],
    ["/api/v1/movies/the+matrix+1999/similar", undefined],
  ])("sends %s to the API as it is, on the track of user %s", (path, userId) => {
    expect(parseTarget("GET", path)).toEqual({ kind: "api", path, userId });
  });

  it.each([
    "/api/v1/../internal",
    "/api/v1/%2e%2e/internal",
    "/api/v1/.%2E/internal",
    "/api/v1//internal",
    "/api/v1/movies/%2Fetc",
    "/api/v1/movies/a\\b",
    "/api/v1/movies/%00",
    "/api/v1/movies/é",
  ])("refuses the crafted path %s", (path) => {
    expect(parseTarget("GET", path)).toMatchObject({ kind: "refused", status: 400 });
  });

  it.each(["/", "/recommend", "/metrics", "/readyz", "/internal/popular", "/api/v2/x", "*"])(
    "knows no %s",
    (path) => {
      expect(parseTarget("GET", path)).toMatchObject({ status: 404, code: "not_found" });
    },
  );

  it.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"])("does not allow %s", (method) => {
    expect(parseTarget(method, "/recommend/42")).toMatchObject({ status: 405 });
  });

  it.each(["PUT", "DELETE"] as const)("lets %s through to a movie that is hidden", (method) => {
    const path = "/api/v1/users/42/hidden/the+matrix+1999";
    expect(parseTarget(method, path)).toEqual({ kind: "change", method, path, userId: 42 });
  });

  it.each([
    ["PUT", "/api/v1/users/42/hidden", "GET"],
    ["PUT", "/api/v1/users/42/hidden/", "GET"],
    ["DELETE", "/api/v1/users/42/hidden/a/b", "GET"],
    ["PUT", "/api/v1/users/42/recommendations", "GET"],
    ["DELETE", "/api/v1/movies/hidden/a", "GET"],
    ["POST", "/api/v1/users/42/hidden/a", "PUT, DELETE"],
    ["PATCH", "/api/v1/users/42/hidden/a", "PUT, DELETE"],
    ["put", "/api/v1/users/42/hidden/a", "PUT, DELETE"],
  ])("does not allow %s %s", (method, path, allow) => {
    expect(parseTarget(method, path)).toMatchObject({ status: 405, allow });
  });

  it.each([
    "/api/v1/users/x/hidden/a",
    "/api/v1/users/42/hidden/%2Fetc",
    "/api/v1/users/4%202/hidden/a",
  ])("refuses to change %s", (path) => {
    expect(parseTarget("PUT", path)).toMatchObject({ kind: "refused", status: 400 });
  });

  it("refuses a URL of more than 2,048 bytes", () => {
    const path = `/api/v1/movies?search=${"x".repeat(2_048)}`;
    expect(parseTarget("GET", path)).toMatchObject({ status: 414 });
  });

  it("answers for its own health", () => {
    expect(parseTarget("GET", "/healthz")).toEqual({ kind: "health" });
  });
});
