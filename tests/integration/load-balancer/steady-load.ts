import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Between two requests of a client: most of its time somebody is being answered, and the machine has time for others. */
const PAUSE_MS = 15;

/** One request and what became of it. */
export interface Asked {
  readonly requestId: string;
  readonly userId: number;
  /** On a connection of its own, opened for it. */
  readonly fresh: boolean;
  readonly sentMs: number;
  /** As `mark` said when it was sent. */
  readonly mark: number;
  /** Undefined: the connection was refused or broken. */
  readonly status: number | undefined;
  readonly trouble: string | undefined;
  readonly movies: number;
}

/** No answer, or one that is no whole list. */
export function isWrong({ status, movies }: Asked): boolean {
  return status !== 200 || movies !== 20;
}

export interface SteadyLoad extends AsyncDisposable {
  readonly asked: readonly Asked[];
  stop(): Promise<readonly Asked[]>;
}

/**
 * Ask for one user after the other until told to stop: half of the clients each on one connection that they
 * keep, the others each time on a new one. Nobody tries again.
 */
export function steadyLoad(url: string, clients: number, mark = () => 0): SteadyLoad {
  const asked: Asked[] = [];
  let stopped = false;
  let users = 0;
  const client = async (fresh: boolean) => {
    const agent = new Agent({ keepAlive: !fresh, maxSockets: 1 });
    while (!stopped) {
      asked.push(await ask(url, { agent, fresh, userId: (users += 1), mark: mark() }));
      await sleep(PAUSE_MS);
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, (_, i) => client(i % 2 === 0)));
  const stop = async () => {
    stopped = true;
    await running;
    return asked;
  };
  return {
    asked,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

type Question = Pick<Asked, "fresh" | "userId" | "mark"> & { readonly agent: Agent };

function ask(url: string, { agent, ...question }: Question): Promise<Asked> {
  const requestId = `load-${question.userId}`;
  const sent = { ...question, requestId, sentMs: performance.now() };
  return new Promise((resolve) => {
    const failed = (error: Error) => {
      resolve({ ...sent, status: undefined, trouble: error.message, movies: 0 });
    };
    const headers = { "x-request-id": requestId };
    const request = get(`${url}/recommend/${question.userId}`, { agent, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("error", failed);
      answer.on("end", () => {
        const movies = text.split(",").length;
        resolve({ ...sent, status: answer.statusCode, trouble: undefined, movies });
      });
    });
    request.on("error", failed);
  });
}
