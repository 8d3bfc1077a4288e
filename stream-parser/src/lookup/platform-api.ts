import { Agent, request } from "undici";
import { z } from "zod";
import { withinTime } from "@canarec/service-kit/time-limit";

/** What became of a call. */
export type ApiAnswer =
  | { readonly kind: "answered"; readonly body: unknown }
  /** 400 or 404: one of the ids at least is not known there. */
  | { readonly kind: "unknown" }
  /** 429; ask again after so long, where the platform said so. */
  | { readonly kind: "limited"; readonly retryAfterMs: number | undefined }
  /** Anything else: no answer, a late one, a broken one, 5xx. */
  | { readonly kind: "failed"; readonly reason: string };

export interface PlatformApi extends AsyncDisposable {
  /** GET a path below the base URL. Never throws. */
  get(path: string, signal: AbortSignal): Promise<ApiAnswer>;
}

const TIMEOUT_MS = 10_000;
/** 200 movies of at most 50 kB. */
const MAX_BODY_BYTES = 10_000_000;
const CONNECTIONS = 4;
const MAX_RETRY_AFTER_SECONDS = 3_600;

const retryAfter = z.coerce.number().min(0).max(MAX_RETRY_AFTER_SECONDS);

export function openPlatformApi(baseUrl: string): PlatformApi {
  const base = baseUrl.replace(/\/+$/, "");
  const agent = new Agent({ connections: CONNECTIONS, connect: { timeout: TIMEOUT_MS } });
  const get = async (path: string, signal: AbortSignal): Promise<ApiAnswer> => {
    try {
      const { statusCode, headers, body } = await request(base + path, {
        dispatcher: agent,
        signal: withinTime(signal, TIMEOUT_MS),
        headers: { accept: "application/json" },
      });
      if (statusCode === 200) return { kind: "answered", body: await readJson(body) };
      await body.dump();
      if (statusCode === 400 || statusCode === 404) return { kind: "unknown" };
      if (statusCode === 429)
        return { kind: "limited", retryAfterMs: retryAfterMs(headers["retry-after"]) };
      return { kind: "failed", reason: `status ${statusCode}` };
    } catch (failure) {
      return { kind: "failed", reason: failure instanceof Error ? failure.message : "no answer" };
    }
  };
  return { get, [Symbol.asyncDispose]: () => agent.destroy() };
}

function retryAfterMs(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const parsed = retryAfter.safeParse(header);
  return parsed.success ? parsed.data * 1_000 : undefined;
}

async function readJson(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
