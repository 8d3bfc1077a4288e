import { type IncomingMessage, get as httpGet } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ServiceError } from "./errors.ts";
import { createApp, errorHandler, listen, parseRequest, requestIds, unknownPath } from "./http.ts";

async function get(path: string, headers: Record<string, string> = {}) {
  let logged = 0;
  const app = createApp()
    .use(requestIds())
    .get("/ok", (_req, res) => void res.send("fine"))
    .get("/bad", () => {
      parseRequest(z.object({ n: z.int() }), { n: "x" });
    })
    .get("/users/:id", (_req, res) => void res.send("known"))
    .get("/gone", () => {
      throw new ServiceError("not_found", "user 404 is unknown");
    })
    .get("/broken", () => {
      throw new Error("connection refused at 10.0.0.7");
    })
    .use(unknownPath())
    .use(errorHandler({ error: () => (logged += 1) }));
  await using server = await listen(app, { host: "127.0.0.1", port: 0 });
  const response = await fetch(server.url + path, { headers: { connection: "close", ...headers } });
  return { response, status: response.status, body: await response.text(), logged };
}

describe("an app of ours", () => {
  it("tells nothing about what it runs on", async () => {
    const { response, status } = await get("/ok");
    expect(status).toBe(200);
    expect(response.headers.get("x-powered-by")).toBeNull();
  });

  it.each([
    { path: "/bad", status: 400, code: "invalid_argument", logged: 0 },
    { path: "/gone", status: 404, code: "not_found", logged: 0 },
    { path: "/nowhere", status: 404, code: "not_found", logged: 0 },
    { path: "/users/%", status: 400, code: "invalid_argument", logged: 0 },
    { path: "/broken", status: 500, code: "internal", logged: 1 },
  ])("answers $path with $status", async ({ path, status, code, logged }) => {
    const answer = await get(path);
    expect({ status: answer.status, logged: answer.logged }).toEqual({ status, logged });
    expect(JSON.parse(answer.body)).toMatchObject({ code });
    expect(answer.body).not.toContain("10.0.0.7");
  });

  it.each([
    { "if-none-match": "*" },
    { "if-none-match": '"tag"', "if-modified-since": "Sat, 01 Jan 2028 00:00:00 GMT" },
  ])("answers in full whatever the client has already: %o", async (headers) => {
    const app = createApp().get("/ok", (_req, res) => void res.send("fine"));
    await using server = await listen(app, { host: "127.0.0.1", port: 0 });
    // Not by fetch, which asks for no cached answer once a condition is given.
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(`${server.url}/ok`, { headers }, resolve).on("error", reject);
    });
    const body = await text(response);
    expect({ status: response.statusCode, body }).toEqual({ status: 200, body: "fine" });
  });

  it("keeps a well-formed request id and replaces any other", async () => {
    const kept = await get("/ok", { "x-request-id": "abc-123" });
    expect(kept.response.headers.get("x-request-id")).toBe("abc-123");
    const replaced = await get("/ok", { "x-request-id": "<script>" });
    expect(replaced.response.headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
  });

  it("refuses headers beyond the limit", async () => {
    expect((await get("/ok", { "x-big": "a".repeat(20_000) })).status).toBe(431);
  });

  it("says which address is taken", async () => {
    await using first = await listen(createApp(), { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(first.url).port);
    await expect(listen(createApp(), { host: "127.0.0.1", port })).rejects.toThrow("EADDRINUSE");
  });
});
