import { describe, expect, it } from "vitest";
import { retryDelayMs, slackFailureOf, slackText } from "./slack-retry.ts";

const silence = { status: undefined, retryAfterSeconds: undefined };
const tries = (attempts: number) => ({ attempts, mostAttempts: 8 });
const half = () => 0.5;

describe("retryDelayMs", () => {
  it("waits as long as Slack asks, within reason", () => {
    const limited = { status: 429, ...tries(1) };
    expect(retryDelayMs({ ...limited, retryAfterSeconds: 30 }, half)).toBe(30_000);
    expect(retryDelayMs({ ...limited, retryAfterSeconds: 9_999 }, half)).toBe(300_000);
  });

  it.each([silence, { ...silence, status: 500 }, { ...silence, status: 429 }])(
    "waits longer after each failure, but never more than four minutes: %j",
    (failure) => {
      expect(retryDelayMs({ ...failure, ...tries(1) }, half)).toBe(1_500);
      expect(retryDelayMs({ ...failure, ...tries(4) }, half)).toBe(8_500);
      const late = { attempts: 700, mostAttempts: 720 };
      expect(retryDelayMs({ ...failure, ...late }, half)).toBe(120_500);
    },
  );

  it.each([400, 403, 404, 410])("gives up at status %d", (status) => {
    expect(retryDelayMs({ ...silence, status, ...tries(1) }, half)).toBe("give_up");
  });

  it("gives up after the most attempts", () => {
    expect(retryDelayMs({ ...silence, ...tries(7) }, half)).not.toBe("give_up");
    expect(retryDelayMs({ ...silence, ...tries(8) }, half)).toBe("give_up");
  });
});

describe("slackFailureOf", () => {
  it("reads status and Retry-After where the error has them", () => {
    const failed = (headers: object) => ({ original: { response: { status: 429, headers } } });
    expect(slackFailureOf(failed({ "retry-after": "7" }))).toEqual({
      status: 429,
      retryAfterSeconds: 7,
    });
    expect(slackFailureOf(failed({ "retry-after": "soon" }))).toEqual({
      status: 429,
      retryAfterSeconds: undefined,
    });
    expect(slackFailureOf(new Error("silence"))).toEqual(silence);
  });
});

describe("slackText", () => {
  it("leaves no mention, link or entity", () => {
    expect(slackText("<!channel> a & b &lt; <http://x|y>")).toBe(
      "&lt;!channel&gt; a &amp; b &amp;lt; &lt;http://x|y&gt;",
    );
  });
});
