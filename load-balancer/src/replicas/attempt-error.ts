import type { AttemptError } from "../contract/exposure.ts";

/** What an error of undici or of a socket means for an attempt. */
export function attemptErrorOf(error: Error): AttemptError {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENOTFOUND") return "refused";
  if (code.endsWith("_TIMEOUT") || code === "ETIMEDOUT") return "timeout";
  if (code.startsWith("HPE_") || code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return "invalid_answer";
  }
  return "reset";
}
