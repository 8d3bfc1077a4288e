import { type ServerResponse, createServer } from "node:http";
import { text } from "node:stream/consumers";
import { serve } from "@canarec/service-kit/http";

/** How the endpoint answers one request. */
export type Reaction = (res: ServerResponse) => void;

export const ok: Reaction = (res) => void res.end("ok");
export const rateLimited: Reaction = (res) =>
  void res.writeHead(429, { "retry-after": "0" }).end("rate_limited");
export const broken: Reaction = (res) => void res.writeHead(500).end("oops");
export const gone: Reaction = (res) => void res.writeHead(404).end("no_service");
export const hanging: Reaction = () => undefined;
/** The endpoint's process ends before it has answered. */
export const dying: Reaction = (res) => void res.socket?.destroy();
/** It has the message, and its answer is lost. */
export const answerLost: Reaction = (res) => void res.socket?.destroy();

export interface SlackDouble extends AsyncDisposable {
  /** The webhook's address, with a secret in it as in Slack's. */
  readonly url: string;
  /** Texts of the notices accepted. */
  readonly accepted: readonly string[];
  readonly requests: () => number;
  /** When each request came, milliseconds since 1970. */
  readonly times: readonly number[];
  /** Reactions to the next requests; then it accepts. */
  next(...reactions: Reaction[]): void;
}

/** An endpoint that takes what Slack's incoming webhooks take. */
export async function slackDouble(): Promise<SlackDouble> {
  const accepted: string[] = [];
  const reactions: Reaction[] = [];
  const times: number[] = [];
  const server = createServer((req, res) => {
    times.push(Date.now());
    const react = reactions.shift() ?? ok;
    void text(req).then((body) => {
      const { text: said, ...others } = JSON.parse(body) as { text: string };
      if (Object.keys(others).length > 0) {
        res.writeHead(400).end("invalid_payload"); // Slack would look past it: it is none of its business
        return;
      }
      if (react === ok || react === answerLost) accepted.push(said);
      react(res);
    });
  });
  const running = await serve(server, { host: "127.0.0.1", port: 0, drainMs: 1 });
  return {
    url: `${running.url}/services/T0/B0/s3cret`,
    accepted,
    requests: () => times.length,
    times,
    next: (...more) => void reactions.push(...more),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
