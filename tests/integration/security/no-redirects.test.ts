import { createServer } from "node:http";
import { serve } from "@canarec/service-kit/http";
import { openPlatformApi } from "@canarec/stream-parser/lookup/platform-api";
import { expect, it } from "vitest";

it("a metadata API that points elsewhere sends nobody there", async () => {
  let asked = 0;
  const elsewhere = createServer((_req, res) => {
    asked += 1;
    res.end('{"secret":1}');
  });
  await using inner = await serve(elsewhere, { host: "127.0.0.1", port: 0, drainMs: 1 });
  const statuses = [301, 302, 303, 307, 308];
  const pointing = createServer((_req, res) => {
    res.writeHead(statuses[0] ?? 302, { location: `${inner.url}/latest/meta-data` }).end();
  });
  await using outer = await serve(pointing, { host: "127.0.0.1", port: 0, drainMs: 1 });
  await using api = openPlatformApi(outer.url);
  while (statuses.length > 0) {
    const answer = await api.get("/movie/alien+1979", AbortSignal.timeout(30_000));
    expect(answer).toEqual({ kind: "failed", reason: `status ${statuses[0]}` });
    statuses.shift();
  }
  expect(asked).toBe(0);
});
