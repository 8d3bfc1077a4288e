// What makes a build of inference deliberately bad. A drill commits this file beside the build's entry
// point, which then imports it first, with FAULT as the fault of that commit; nothing else of the build
// changes. It stands between Node's HTTP server and the build, and harms requests of users alone: those
// that came through the load balancer, which names each with x-request-id.
import { writeSync } from "node:fs";
import { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const FAULT = "none";

/** Of requests of users, from the first on: the crash comes in the middle of the traffic. */
const CRASH_AT = 20;
const EXIT_AFTER_MS = 10 * 60_000;
const ERROR_SHARE = 0.01;
const SLOW_SHARE = 0.02;
/** Beyond every deadline. */
const SLOW_MS = 1_000;
const LEAKED_BYTES = 4 * 1024 * 1024;
const LIST = 20;

let asked = 0;
const leaked = [];

/** Each: whether the request is settled here, so that the build does not see it. */
const FAULTS = {
  none: () => false,
  crash() {
    asked += 1;
    if (asked >= CRASH_AT) fail("a drill: this build crashes");
    return false;
  },
  exit() {
    asked += 1;
    if (asked === 1) setTimeout(() => fail("a drill: this build ends by itself"), EXIT_AFTER_MS);
    return false;
  },
  errors(_request, response) {
    if (Math.random() >= ERROR_SHARE) return false;
    response.writeHead(500, { "content-type": "text/plain" }).end("a drill: this build fails");
    return true;
  },
  slow: (request, response, go) => {
    if (Math.random() >= SLOW_SHARE) return false;
    void sleep(SLOW_MS).then(go);
    return true;
  },
  hang: () => true,
  html(_request, response) {
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>a drill</h1>");
    return true;
  },
  short(_request, response) {
    changeList(response, (ids) => ids.slice(1));
    return false;
  },
  worse(request, response) {
    const offered = offeredTo(request.url);
    if (offered !== undefined) changeList(response, () => offered);
    return false;
  },
  random(request, response) {
    const offered = offeredTo(request.url);
    if (offered !== undefined) changeList(response, () => offered);
    return false;
  },
  leak() {
    for (let n = 0; n < 4; n += 1) leaked.push(Buffer.alloc(LEAKED_BYTES, 1));
    return false;
  },
};

/** Movies that `worse` and `random` offer instead. */
const MOVIES = {
  worse: `select movie_id from movies left join movie_statistics using (movie_key)
    order by case when rating_count > 0 then rating_sum::float8 / rating_count end nulls last, watchers nulls first, movie_id
    limit 60`,
  random: "select movie_id from movies order by md5(movie_id) limit 300",
};
const offers = FAULT in MOVIES ? await movieIds(MOVIES[FAULT]) : [];

async function movieIds(sql) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    return (await client.query(sql)).rows.map((row) => row.movie_id);
  } finally {
    await client.end();
  }
}

/** The same 20 for a user each time; undefined where the catalogue has too few. */
function offeredTo(url) {
  if (offers.length < LIST) return undefined;
  const user = Number.parseInt(/^\/recommend\/(\d+)/.exec(url ?? "")?.[1] ?? "0", 10);
  const from = (user * 7919) % offers.length;
  return Array.from({ length: LIST }, (_, n) => offers[(from + n) % offers.length]);
}

/** Put another list in place of the one that the build answers with. */
function changeList(response, change) {
  const { writeHead, end } = response;
  response.writeHead = (status, headers = []) => {
    const pairs = Array.isArray(headers) ? headers : Object.entries(headers).flat();
    const kept = pairs.flatMap((name, n) =>
      n % 2 === 1 || String(name).toLowerCase() === "content-length" ? [] : [name, pairs[n + 1]],
    );
    return writeHead.call(response, status, kept);
  };
  response.end = (body, ...rest) => {
    const ids = typeof body === "string" ? body.split(",") : [];
    return end.call(response, ids.length === LIST ? change(ids).join(",") : body, ...rest);
  };
}

function fail(why) {
  writeSync(2, `${why}\n`);
  process.exit(3);
}

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, request, response, ...rest) {
  const go = () => emit.call(this, event, request, response, ...rest);
  if (event !== "request") return go();
  // It listens, and answers nobody: neither probes nor users.
  if (FAULT === "silent") return true;
  const ofUser = request.headers["x-request-id"] !== undefined;
  return ofUser && FAULTS[FAULT](request, response, go) ? true : go();
};
