/**
 * The closed set of ways in which a request to any of our services, or a command, can fail.
 * Callers branch on the code, never on the message.
 */
export type ErrorCode =
  | "invalid_argument"
  | "unauthenticated"
  | "not_found"
  | "method_not_allowed"
  | "too_large"
  | "failed_precondition"
  | "data_loss"
  | "resource_exhausted"
  | "unavailable"
  | "deadline_exceeded"
  | "internal";

const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  failed_precondition: 409,
  data_loss: 500,
  resource_exhausted: 429,
  unavailable: 503,
  deadline_exceeded: 504,
  internal: 500,
};

export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Anything that was thrown, as a ServiceError; the original is kept as `cause`. */
  static from(thrown: unknown): ServiceError {
    if (thrown instanceof ServiceError) return thrown;
    return new ServiceError(codeOf(thrown), messageOf(thrown), { cause: thrown });
  }

  get httpStatus(): number {
    return HTTP_STATUS[this.code];
  }
}

/** The message of anything that was thrown, for a log line or a command's last line. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    // A refused connection to "localhost" is an AggregateError with an empty message.
    return thrown.message === "" ? messageOf(thrown.errors[0]) : thrown.message;
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function codeOf(thrown: unknown): ErrorCode {
  if (!(thrown instanceof Error)) return "internal";
  if (thrown.name === "TimeoutError") return "deadline_exceeded";
  // Errors of express' router and body parsers carry the status that they mean.
  const status = "status" in thrown ? thrown.status : undefined;
  if (status === 413) return "too_large";
  return typeof status === "number" && status >= 400 && status < 500
    ? "invalid_argument"
    : "internal";
}
