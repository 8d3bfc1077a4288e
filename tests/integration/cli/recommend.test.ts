import { createServer } from "node:http";
import { serve } from "@canarec/service-kit/http";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type World, openWorld } from "../inference/inference-under-test.ts";
import { canarec, canarecJson } from "./called-canarec.ts";

const opened = new Resources();
let world: World;
let url: string;

beforeAll(async () => {
  world = opened.use(await openWorld());
  await world.database.pool.query(`
    insert into users (user_id) values (7);
    insert into interactions (user_id, movie_key, rating_raw, rating, rated_at)
      values (7, 11, 5, 1, '2024-02-27T18:45Z')`);
  url = opened.use(await world.start()).url;
});
afterAll(() => opened[Symbol.asyncDispose]());

describe("canarec recommend", () => {
  it("prints what the public address answers, for machines", async () => {
    const movie = {
      id: expect.any(String) as string,
      title: expect.any(String) as string,
      year: expect.any(Number) as number,
      genres: [expect.any(String) as string],
      score: expect.any(Number) as number,
      similarity: expect.any(Number) as number,
    };
    const answer = await canarecJson(["recommend", "7", "--n", "2", "--url", url]);
    expect(answer).toEqual({
      userId: 7,
      personalised: true,
      reason: expect.any(String) as string,
      watched: 1,
      lastEventAt: expect.any(String) as string,
      movies: [movie, movie],
    });
    const explained = ["recommend", "7", "--n", "1", "--explain", "--url", url];
    expect(await canarecJson(explained)).toMatchObject({
      movies: [{ because: [{ kind: "watched", id: "movie+10", title: "Movie 10", share: 1 }] }],
    });
  });

  it("shows a table with titles, and why", async () => {
    const { code, out } = await canarec(["recommend", "7", "--n", "3", "--explain", "--url", url]);
    expect(code).toBe(0);
    expect(out).toContain("User 7: 3 movies, by what they watched.\n");
    expect(out).toMatch(/movie\s+year\s+score\s+genres\s+because of\n/);
    expect(out).toMatch(/\n1\s+Movie \d+\s+\d{4}\s+\d\.\d{3}\s+\w+\s+Movie 10 \(100 %\)\n/);
  });

  it("says that a user we do not know gets what is popular", async () => {
    const { out } = await canarec(["recommend", "8", "--explain", "--url", url]);
    expect(out).toContain("User 8: 20 movies, popular and well rated.\n");
  });

  it("says in one line that nobody answers", async () => {
    expect(await canarec(["recommend", "7", "--url", "http://127.0.0.1:1"])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^canarec: http:\/\/127.0.0.1:1 gives no answer: .*\n$/) as string,
    });
  });

  it.each([
    ["an error", 503, '{"code":"unavailable","message":"no bundle yet"}', "503: no bundle yet"],
    ["something else", 200, '{"hello":1}', "answers something else than recommendations"],
    ["no JSON", 200, "hello", "gives no answer"],
  ])("fails when the address answers %s", async (_, status, body, message) => {
    const answering = createServer((_req, res) => res.writeHead(status).end(body));
    await using server = await serve(answering, { host: "127.0.0.1", port: 0 });
    const { code, err } = await canarec(["recommend", "7", "--url", server.url]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

describe("canarec hide", () => {
  it("keeps a movie out of the user's lists until unhide", async () => {
    const idsNow = async () => {
      const answer = await canarecJson(["recommend", "9", "--url", url]);
      return (answer as { movies: { id: string }[] }).movies.map(({ id }) => id);
    };
    const [first = ""] = await idsNow();
    const hidden = await canarec(["hide", "9", first, "--url", url]);
    expect(hidden).toMatchObject({ code: 0, out: `User 9 is not shown ${first}.\n`, err: "" });
    expect(await idsNow()).not.toContain(first);
    const why = ["recommend", "9", "--not", first];
    const { out } = await canarec([...why, "--url", url]);
    expect(out).toContain("is never in the list: the user hides it.\n");
    const asBundle = await canarec([...why, "--bundle", "newest", "--json"], {
      env: { DATABASE_URL: world.databaseUrl },
    });
    expect(JSON.parse(asBundle.out)).toMatchObject({ barredBecause: ["hidden"] });
    const shown = await canarecJson(["unhide", "9", first, "--url", url]);
    expect(shown).toEqual({ userId: 9, movie: first, hidden: false });
    expect(await idsNow()).toContain(first);
  });

  it("says that there is no such movie", async () => {
    const { code, err } = await canarec(["hide", "9", "nothing+1999", "--url", url]);
    expect(code).toBe(1);
    expect(err).toContain('404: no movie "nothing+1999"');
  });
});
