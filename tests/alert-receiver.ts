import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { serve } from "@canarec/service-kit/http";
import { z } from "zod";

const Attachments = z.object({
  attachments: z.array(
    z.object({
      ...{ title: z.string(), title_link: z.string(), text: z.string(), color: z.string() },
    }),
  ),
});

/** One message of Alertmanager's. */
export interface AlertMessage {
  /** Milliseconds since 1970 when it came. */
  readonly atMs: number;
  readonly title: string;
  /** Where the alerts can be looked at. */
  readonly title_link: string;
  readonly text: string;
  readonly color: string;
}

export interface AlertReceiver extends AsyncDisposable {
  /** The webhook's address, with a secret in it as in Slack's. */
  readonly url: string;
  /** In the order of their arrival; what came without attachments is of somebody else. */
  readonly messages: readonly AlertMessage[];
  /** The first message with that title that came after a moment. */
  find(title: string, afterMs?: number): AlertMessage | undefined;
}

/** An endpoint that takes what Slack's incoming webhooks take of Alertmanager. */
export async function alertReceiver(): Promise<AlertReceiver> {
  const messages: AlertMessage[] = [];
  const server = createServer((req, res) => {
    const atMs = Date.now();
    void text(req).then((body) => {
      const parsed = Attachments.safeParse(JSON.parse(body));
      for (const one of parsed.data?.attachments ?? []) messages.push({ atMs, ...one });
      res.end("ok");
    });
  });
  const running = await serve(server, { host: "127.0.0.1", port: 0, drainMs: 1 });
  return {
    url: `${running.url}/services/T0/B0/s3cret`,
    messages,
    find: (title, afterMs = 0) =>
      messages.find((message) => message.title === title && message.atMs >= afterMs),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
