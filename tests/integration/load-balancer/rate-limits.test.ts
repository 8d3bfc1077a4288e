import { expect, it } from "vitest";
import { freshTopic, temporaryFolder } from "../../servers.ts";
import { fakeReplica } from "./fake-replica.ts";
import { balance, get, metric, untilReplicas } from "./load-balancer-under-test.ts";

it("an address that asks too often gets 429 with a time to wait, by kind of path, and is counted", async () => {
  await using topic = await freshTopic(1);
  using folder = temporaryFolder();
  await using replica = await fakeReplica();
  await using balancer = await balance({
    ...{ replicas: [replica.url], home: folder.path, brokers: topic.brokers, topic: topic.topic },
    // One in 1,000 seconds: however slow the machine is, one is let through.
    rateLimits: { recommend: 0.001, api: 0, change: 0.001, other: 0 },
  });
  await untilReplicas(balancer, 1);
  expect((await get(balancer.url, "/recommend/1")).status).toBe(200);
  const refused = await get(balancer.url, "/recommend/2");
  expect(refused.status).toBe(429);
  expect(JSON.parse(refused.text)).toMatchObject({ code: "resource_exhausted" });
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(900);
  expect(replica.asked()).toBe(1);
  for (let i = 0; i < 20; i += 1) {
    expect((await get(balancer.url, "/api/v1/movies/x")).status).toBe(200);
    expect((await get(balancer.url, "/healthz")).status).toBe(200);
  }
  const limited = (path: string) => metric(balancer, "canarec_requests_limited_total", { path });
  expect([await limited("recommend"), await limited("api")]).toEqual([1, 0]);
});
