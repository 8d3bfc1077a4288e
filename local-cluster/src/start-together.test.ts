import { Resources } from "@canarec/service-kit/lifecycle";
import { describe, expect, it } from "vitest";
import { startTogether } from "./start-together.ts";

const never = new AbortController().signal;

describe("startTogether", () => {
  it("releases in the reverse of the order given, however soon each was ready", async () => {
    const released: string[] = [];
    const opened = new Resources();
    const opening = (name: string, ms: number) => async (owner: Resources) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      owner.defer(() => void released.push(name));
      return name;
    };
    const names = await startTogether(opened, never, [opening("first", 20), opening("second", 1)]);
    await opened[Symbol.asyncDispose]();
    expect(names).toEqual(["first", "second"]);
    expect(released).toEqual(["second", "first"]);
  });

  it("ends the others when one fails, waits for them, and throws that failure", async () => {
    const released: string[] = [];
    const opened = new Resources();
    const slow = async (owner: Resources, signal: AbortSignal) => {
      owner.defer(() => void released.push("slow"));
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      throw new Error("was ended");
    };
    const failing = () => Promise.reject(new Error("no Java"));
    await expect(startTogether(opened, never, [slow, failing])).rejects.toThrow("no Java");
    await opened[Symbol.asyncDispose]();
    expect(released).toEqual(["slow"]);
  });

  it("passes the caller's wish to stop on", async () => {
    const stop = new AbortController();
    const opening = (_owner: Resources, signal: AbortSignal) =>
      new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("stopped")));
    const starting = startTogether(new Resources(), stop.signal, [opening]);
    stop.abort();
    expect(await starting).toEqual(["stopped"]);
  });
});
