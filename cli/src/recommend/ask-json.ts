import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { z } from "zod";

/** Far above what the load balancer allows itself. */
const TIMEOUT_MS = 5_000;

/**
 * What the public address answers; null for nothing.
 *
 * @throws ServiceError "unavailable" without an answer or with an error, "internal" for another document.
 */
export async function askJson<T>(
  url: URL,
  schema: z.ZodType<T>,
  method: "GET" | "PUT" | "DELETE" = "GET",
): Promise<T> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    body = text === "" ? null : JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    throw new ServiceError("unavailable", `${url.origin} gives no answer: ${messageOf(why)}`, {
      cause,
    });
  }
  if (!response.ok) {
    const { data } = z.object({ message: z.string() }).safeParse(body);
    throw new ServiceError(
      "unavailable",
      `${url.origin} answers ${response.status}: ${data?.message ?? "no reason given"}`,
    );
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ServiceError("internal", `${url.origin} answers something else than recommendations`);
}
