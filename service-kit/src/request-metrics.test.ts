import { Router } from "express";
import { describe, expect, it } from "vitest";
import { ServiceError } from "./errors.ts";
import { createApp, errorHandler, listen, unknownPath } from "./http.ts";
import { createRegistry } from "./metrics.ts";
import { observeRequests } from "./request-metrics.ts";

/** As prom-client gives it, which its types do not say. */
interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How often each route and class of status was counted. */
async function countsOf(registry: ReturnType<typeof createRegistry>) {
  const metric = registry.getSingleMetric("canarec_http_request_duration_seconds");
  const values = (await metric?.get())?.values as readonly HistogramValue[] | undefined;
  const counts = (values ?? []).filter(({ metricName }) => metricName.endsWith("_count"));
  return Object.fromEntries(
    counts.map(({ labels, value }) => [`${labels["route"]} ${labels["status"]}`, value]),
  );
}

describe("observed requests", () => {
  it("are counted by the pattern of their route and the class of their status", async () => {
    const registry = createRegistry("test");
    const nested = Router().get("/deep/:id", (_req, res) => void res.send("deep"));
    const app = createApp()
      .use(observeRequests(registry))
      .get("/users/:id", (_req, res) => void res.send("known"))
      .get("/gone", () => {
        throw new ServiceError("not_found", "gone");
      })
      .use("/below", nested)
      .use(unknownPath())
      .use(errorHandler({ error: () => undefined }));
    await using server = await listen(app, { host: "127.0.0.1", port: 0 });
    for (const path of ["/users/1", "/users/2", "/gone", "/nowhere/3", "/below/deep/4"]) {
      const answer = await fetch(server.url + path, { headers: { connection: "close" } });
      await answer.text();
    }
    await expect
      .poll(() => countsOf(registry))
      .toEqual({
        "/users/:id 2xx": 2,
        "/gone 4xx": 1,
        "none 4xx": 1,
        "/below/deep/:id 2xx": 1,
      });
    const metric = registry.getSingleMetric("canarec_http_requests_in_flight");
    expect((await metric?.get())?.values[0]?.value).toBe(0);
  });

  it("are told apart where the client broke them off", async () => {
    const registry = createRegistry("test");
    const app = createApp()
      .use(observeRequests(registry))
      .get("/never", () => undefined);
    await using server = await listen(app, { host: "127.0.0.1", port: 0 });
    const stop = new AbortController();
    const asking = fetch(`${server.url}/never`, { signal: stop.signal }).catch(() => "broken");
    const metric = registry.getSingleMetric("canarec_http_requests_in_flight");
    await expect.poll(async () => (await metric?.get())?.values[0]?.value).toBe(1);
    stop.abort();
    expect(await asking).toBe("broken");
    await expect.poll(() => countsOf(registry)).toEqual({ "/never closed": 1 });
  });
});
