import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@canarec/local-cluster/port";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, range, until } from "../load-balancer/load-balancer-under-test.ts";
import {
  BREATH_MS,
  BUNDLE,
  type ControlWorld,
  openControlWorld,
  words,
} from "./control-under-test.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/** Held by the test while a gate is shut. */
const GATE = 4_711;

/** Triggers that make a control plane wait, so that it can be killed in that very moment. */
const GATES = `
  create table gates (moment text);
  create function wait_to_write() returns trigger language plpgsql as $$
  begin
    if exists (select from gates where moment = 'write ' || new.to_state) then perform pg_advisory_xact_lock(${GATE}); end if;
    return new;
  end $$;
  create function wait_to_act() returns trigger language plpgsql as $$
  begin
    if exists (select from gates, rollouts where moment = 'act on ' || state) then perform pg_advisory_xact_lock(${GATE}); end if;
    return new;
  end $$;
  create trigger gate before insert on rollout_transitions for each row execute function wait_to_write();
  create trigger gate before insert on routing_snapshots for each row execute function wait_to_act();
  create trigger gate before insert on replicas for each row execute function wait_to_act();
`;

let world: ControlWorld;
let client: pg.Client;
let port: string;
let control: ChildProcess | undefined;
let kills: number;

beforeEach(async () => {
  // Longer than a restart on a busy machine takes.
  world = await openControlWorld({ leaseSeconds: 60 });
  client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  await client.query(GATES);
  port = String(await freePort());
  kills = 0;
});
afterEach(async () => {
  control?.kill("SIGKILL");
  await client.end();
  await world[Symbol.asyncDispose]();
});

/** A control plane as a process of its own; its replicas outlive it. */
function start(): void {
  control = spawn(process.execPath, ["--import", "tsx", "load-balancer/src/control/main.ts"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...world.env({ PORT: port, LOG_LEVEL: "silent" }) },
    stdio: "ignore",
  });
}

async function kill(): Promise<void> {
  const ended = control === undefined ? undefined : once(control, "exit");
  control?.kill("SIGKILL");
  await ended;
  kills += 1;
}

const waiters = async (): Promise<number[]> => {
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
    [GATE],
  );
  return rows.map(({ pid }) => pid);
};

/** Start a control plane, and kill it as soon as it waits at one of these gates. */
async function killAt(moments: readonly string[]): Promise<void> {
  await shut(moments);
  start();
  await killWaiting();
}

async function shut(moments: readonly string[]): Promise<void> {
  await client.query("select pg_advisory_lock($1)", [GATE]);
  await client.query("insert into gates select unnest($1::text[])", [moments]);
}

async function killWaiting(): Promise<void> {
  await until(async () => (await waiters()).length > 0);
  await kill();
  for (const pid of await waiters()) await client.query("select pg_terminate_backend($1)", [pid]);
  await client.query("delete from gates");
  await client.query("select pg_advisory_unlock($1)", [GATE]);
}

const stateOf = async (id: number) =>
  (await client.query<{ state: string }>("select state from rollouts where release_id = $1", [id]))
    .rows[0]?.state;

const judge = (id: number, action: string) =>
  client.query(
    `insert into verdicts values ($1, 1, clock_timestamp(), 5, 'pass', $2, 'the judge says so', '{}')`,
    [id, action],
  );

/** Ask again and again until stopped. @returns what stops it and gives all wrong answers. */
function load() {
  const stop = new AbortController();
  const wrong: string[] = [];
  let answered = 0;
  const running = (async () => {
    while (!stop.signal.aborted) {
      for (const { status, movies } of await ask(world.balancer.url, range(20), 4)) {
        answered += 1;
        if (status !== 200 || movies.length !== 20) wrong.push(`${status} ${movies.join()}`);
      }
      await sleep(BREATH_MS);
    }
  })();
  return async () => {
    stop.abort();
    await running;
    expect(answered).toBeGreaterThan(100);
    return wrong;
  };
}

/** With main serving, and one release queued that nobody works on yet. */
async function submitted(word: string): Promise<number> {
  start();
  await until(() =>
    fetch(`${world.balancer.adminUrl}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  const commit = world.repository.commit(word);
  await shut(["write preparing"]);
  const token = readFileSync(join(world.home, "control-token"), "utf8").trim();
  const response = await fetch(`http://127.0.0.1:${port}/releases`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ ref: commit, plan: "quick", bundle: BUNDLE, actor: "me" }),
  });
  expect(response.status).toBe(201);
  await killWaiting();
  return ((await response.json()) as { releaseId: number }).releaseId;
}

/** Through these states, with a kill before each is written, and one between writing and acting, or after acting. */
async function killedThrough(id: number, states: readonly string[]): Promise<void> {
  for (const [n, state] of states.entries()) {
    const before = await stateOf(id);
    await killAt([`write ${state}`]);
    expect(await stateOf(id)).toBe(before);
    const next = states[n + 1];
    if (next === undefined) return;
    // Where nothing is to be done in Postgres, it gets as far as the next state.
    await killAt([`act on ${state}`, `write ${next}`]);
    expect(await stateOf(id)).toBe(state);
  }
}

const pathOf = async (id: number) => {
  const { rows } = await client.query<{ state: string }>(
    "select to_state as state from rollout_transitions where release_id = $1 order by sequence",
    [id],
  );
  return rows.map(({ state }) => state);
};

const replicas = () =>
  readStates(world.home)
    .filter(isLive)
    .map(({ name }) => name)
    .toSorted();

const UNTIL_JUDGED = ["preparing", "warming", "shadowing", "ramping", "evaluating"];

describe("a control plane that is killed at each transition", { timeout: 240_000 }, () => {
  it("resumes each time, and makes the release main without a failed request", async () => {
    const id = await submitted("second");
    const stop = load();
    await killedThrough(id, UNTIL_JUDGED);
    await killAt(["act on evaluating"]);
    expect(await stateOf(id)).toBe("evaluating");
    await judge(id, "promote");
    await killedThrough(id, ["promoting", "promoted"]);
    start();
    await until(async () => (await stateOf(id)) === "promoted");
    await until(async () => (await words(world)).size === 1);
    expect(await words(world)).toEqual(new Set(["second"]));
    expect(await stop()).toEqual([]);
    // Nothing was done twice.
    expect(await pathOf(id)).toEqual(["queued", ...UNTIL_JUDGED, "promoting", "promoted"]);
    expect(kills).toBeGreaterThanOrEqual(13);
    // Those of main, and those of the old main, which stay warm.
    expect(replicas()).toEqual(["r1-1", "r1-2", "r2-1", "r2-2"]);
  });

  it("resumes each time, and takes the release back", async () => {
    const id = await submitted("second");
    const stop = load();
    start();
    await until(async () => (await stateOf(id)) === "evaluating");
    await kill();
    await judge(id, "roll-back");
    await killedThrough(id, ["rolling-back", "rolled-back"]);
    start();
    await until(async () => (await stateOf(id)) === "rolled-back");
    expect(await words(world)).toEqual(new Set(["first"]));
    expect(await stop()).toEqual([]);
    expect(await pathOf(id)).toEqual(["queued", ...UNTIL_JUDGED, "rolling-back", "rolled-back"]);
    await until(() => replicas().every((name) => name.startsWith("r1-")));
  });
});
