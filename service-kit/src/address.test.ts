import { describe, expect, it } from "vitest";
import { addressOf, isLoopback } from "./address.ts";

describe("addressOf", () => {
  it.each([
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["10.0.0.1", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::1"],
    [undefined, "unknown"],
  ])("of %s is %s", (remoteAddress, address) =>
    expect(addressOf({ socket: remoteAddress === undefined ? {} : { remoteAddress } })).toBe(
      address,
    ),
  );
});

describe("isLoopback", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["::1", true],
    ["10.0.0.1", false],
    ["127.0.0.1.example.org", false],
    ["unknown", false],
    ["", false],
  ])("%s: %s", (address, is) => expect(isLoopback(address)).toBe(is));
});
