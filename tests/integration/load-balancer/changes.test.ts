import type { LoadBalancer } from "@canarec/load-balancer/compose";
import { Resources } from "@canarec/service-kit/lifecycle";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshTopic, temporaryFolder } from "../../servers.ts";
import { type FakeReplica, fakeReplica } from "./fake-replica.ts";
import { balance, untilReplicas } from "./load-balancer-under-test.ts";

const opened = new Resources();
let replica: FakeReplica;
let balancer: LoadBalancer;

beforeAll(async () => {
  const topic = opened.use(await freshTopic());
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  replica = opened.use(await fakeReplica());
  balancer = opened.use(
    await balance({
      replicas: [replica.url],
      home: folder.path,
      brokers: topic.brokers,
      topic: topic.topic,
    }),
  );
  await untilReplicas(balancer, 1);
});
afterAll(() => opened[Symbol.asyncDispose]());

describe("what users change", () => {
  it.each(["PUT", "DELETE"] as const)("is passed on as %s, without a body", async (method) => {
    const seen: unknown[] = [];
    replica.behaveApi((req, res) => {
      const { "content-length": length = "0", "transfer-encoding": encoding } = req.headers;
      seen.push([req.method, req.url, length, encoding]);
      res.writeHead(204).end();
    });
    const path = "/api/v1/users/42/hidden/alien+1979";
    const got = await request(balancer.url + path, { method });
    expect([got.statusCode, await got.body.text()]).toEqual([204, ""]);
    expect(got.headers["x-canarec-track"]).toBe("main");
    expect(seen).toEqual([[method, path, "0", undefined]]);
  });

  it("tries a change again where the connection broke: done twice is done once", async () => {
    let asked = 0;
    replica.behaveApi((req, res) => {
      asked += 1;
      if (asked === 1) req.socket.destroy();
      else res.writeHead(204).end();
    });
    const got = await request(`${balancer.url}/api/v1/users/42/hidden/a`, { method: "PUT" });
    await got.body.dump();
    expect([got.statusCode, asked]).toEqual([204, 2]);
  });

  it("says what is allowed where a method is not", async () => {
    const allowed = async (path: string) => {
      const got = await request(balancer.url + path, { method: "POST" });
      await got.body.dump();
      return [got.statusCode, got.headers["allow"]];
    };
    expect(await allowed("/api/v1/users/42/hidden/a")).toEqual([405, "PUT, DELETE"]);
    expect(await allowed("/api/v1/users/42/recommendations")).toEqual([405, "GET"]);
  });
});
