import { UNVOUCHED_MS } from "@canarec/inference/history/history-cache";
import type { Inference } from "@canarec/inference/compose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type World, listFor, movieId, openWorld, until, watch } from "./inference-under-test.ts";
import { openTcpProxy } from "./tcp-proxy.ts";

let world: World;
let replicas: readonly Inference[];

beforeAll(async () => {
  world = await openWorld();
  await watch(world.database, { userId: 7, place: 30 });
  replicas = [await world.start(), await world.start()];
  for (const { url } of replicas) await until(() => isLive(url));
});

afterAll(async () => {
  for (const replica of replicas) await replica[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const isLive = async (url: string) => {
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { degraded?: string };
  return ready.degraded === undefined;
};

const pathOf = (userId: number | string, movie: string) =>
  `/api/v1/users/${userId}/hidden/${encodeURIComponent(movie)}`;

async function change(url: string, method: "PUT" | "DELETE" | "POST", path: string, body?: string) {
  const response = await fetch(url + path, { method, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, code: text === "" ? undefined : codeOf(text) };
}

const codeOf = (text: string) => (JSON.parse(text) as { code: string }).code;

async function hiddenOf(url: string, userId: number) {
  const response = await fetch(`${url}/api/v1/users/${userId}/hidden`);
  return (await response.json()) as { userId: number; movies: { id: string; hiddenAt: string }[] };
}

describe("a movie that a user hides", () => {
  it.each([
    ["who has watched something", 7],
    ["who was never seen", 4_711],
  ])("is in no list of a user %s, on any replica, until it is shown again", async (_, userId) => {
    const [near = "", far = ""] = replicas.map(({ url }) => url);
    const before = await listFor(near, userId);
    expect(await listFor(far, userId)).toEqual(before);
    const [first = "", second = ""] = before;
    for (const movie of [first, first, second]) {
      expect(await change(near, "PUT", pathOf(userId, movie))).toEqual({ status: 204 });
      expect(await listFor(near, userId)).not.toContain(movie); // at once where it was told
    }
    for (const url of [near, far]) {
      await until(async () => !(await listFor(url, userId)).includes(second));
      const list = await listFor(url, userId);
      expect(list).toHaveLength(20);
      expect(list).not.toContain(first);
      const { movies } = await hiddenOf(url, userId);
      expect(movies).toMatchObject([
        { id: second, title: expect.any(String) as string },
        { id: first },
      ]);
    }
    const why = await fetch(
      `${far}/api/v1/users/${userId}/explain-not/${encodeURIComponent(first)}`,
    );
    expect(await why.json()).toMatchObject({
      ...{ place: null, isBarred: true, barredBecause: ["hidden"], rank: 1 },
    });
    for (const movie of [first, second, second]) {
      expect(await change(far, "DELETE", pathOf(userId, movie))).toEqual({ status: 204 });
    }
    expect(await listFor(far, userId)).toEqual(before);
    await until(async () => (await listFor(near, userId)).join() === before.join());
    expect(await hiddenOf(near, userId)).toEqual({ userId, movies: [] });
  });

  it("is in no list a second later where the feed is down", async () => {
    await using feed = await openTcpProxy(world.databaseUrl);
    const clock: { aheadMs: number; stoppedAtMs?: number } = { aheadMs: 0 };
    const nowMs = () => (clock.stoppedAtMs ?? Math.floor(performance.now())) + clock.aheadMs;
    await using deaf = await world.start({}, { feedUrl: feed.url, nowMs });
    await until(() => isLive(deaf.url));
    feed.cut();
    await until(async () => !(await isLive(deaf.url)));
    clock.stoppedAtMs = Math.floor(performance.now());
    clock.aheadMs += UNVOUCHED_MS + 1;
    const [first = ""] = await listFor(deaf.url, 9);
    await change(replicas[0]?.url ?? "", "PUT", pathOf(9, first));
    clock.aheadMs += UNVOUCHED_MS + 1;
    expect(await listFor(deaf.url, 9)).not.toContain(first);
  });

  it("stays hidden whatever many do at once", async () => {
    const [near = "", far = ""] = replicas.map(({ url }) => url);
    const places = Array.from({ length: 15 }, (_, place) => place);
    await Promise.all(
      places.flatMap((place) =>
        [near, far].flatMap((url) => [
          change(url, "PUT", pathOf(12, movieId(place))),
          listFor(url, 12),
        ]),
      ),
    );
    const isHidden = (id: string) => places.map(movieId).includes(id);
    for (const url of [near, far]) {
      await until(async () => !(await listFor(url, 12)).some(isHidden));
      expect(await listFor(url, 12)).toHaveLength(20);
    }
  });
});

describe("what cannot be hidden", () => {
  it.each([
    ["PUT", pathOf(7, "nothing+1999"), 404, "not_found"],
    ["DELETE", pathOf(7, "nothing+1999"), 404, "not_found"],
    ["PUT", pathOf("-7", movieId(1)), 400, "invalid_argument"],
    ["PUT", pathOf("7;drop table users", movieId(1)), 400, "invalid_argument"],
    ["PUT", pathOf(7, "x".repeat(257)), 400, "invalid_argument"],
    ["PUT", `/api/v1/users/7/hidden/%00`, 400, "invalid_argument"],
    ["PUT", `${pathOf(7, movieId(1))}?for=ever`, 400, "invalid_argument"],
    ["PUT", pathOf(7, "'; drop table users; --"), 404, "not_found"],
    ["POST", pathOf(7, movieId(1)), 404, "not_found"],
  ] as const)("%s %s", async (method, path, status, code) => {
    expect(await change(replicas[0]?.url ?? "", method, path)).toEqual({ status, code });
  });

  it("is refused with a body", async () => {
    const refused = await change(replicas[0]?.url ?? "", "PUT", pathOf(7, movieId(1)), "{}");
    expect(refused).toEqual({ status: 413, code: "too_large" });
    expect((await hiddenOf(replicas[0]?.url ?? "", 7)).movies).toEqual([]);
  });
});
