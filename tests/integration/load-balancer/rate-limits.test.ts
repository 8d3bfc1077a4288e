import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { askDataPlanes } from "@canarec/monitoring/watcher/ask-services";
import { metricsAuthorization } from "@canarec/service-kit/metrics-access";
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

it("the admin port shows metrics to this machine alone, or to whoever has their token", async () => {
  await using topic = await freshTopic(1);
  using folder = temporaryFolder();
  const file = join(folder.path, "metrics-token");
  const known = { home: folder.path, brokers: topic.brokers, topic: topic.topic, replicas: [] };
  await using open = await balance({ ...known, adminHost: "0.0.0.0" });
  await using closed = await balance({
    ...{ ...known, home: join(folder.path, "closed"), adminHost: "0.0.0.0" },
    metricsToken: { file, sha256: undefined },
  });
  writeFileSync(file, "of-the-metrics\n"); // read for each request
  const authorization = await metricsAuthorization({ file });
  const statusAt = async (host: string, { adminUrl }: typeof open, path: string, headers = {}) => {
    const url = new URL(adminUrl);
    url.hostname = host;
    return (await get(url.origin, path, headers)).status;
  };
  const others = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, internal, address }) =>
      family === "IPv4" && !internal ? [address] : [],
    ),
  );
  for (const path of ["/metrics", "/scrape-targets"]) {
    expect(await statusAt("127.0.0.1", open, path)).toBe(200);
    for (const host of others) expect(await statusAt(host, open, path)).toBe(401);
    for (const host of ["127.0.0.1", ...others]) {
      expect(await statusAt(host, closed, path)).toBe(401);
      expect(await statusAt(host, closed, path, authorization)).toBe(200);
    }
  }
  for (const host of others) expect(await statusAt(host, open, "/healthz")).toBe(200);
  const url = closed.adminUrl.replace("0.0.0.0", "127.0.0.1");
  expect((await askDataPlanes([url], {})).get(url)).toBeNull();
  expect((await askDataPlanes([url], authorization)).get(url)).toMatchObject({ answers: 0 });
});
