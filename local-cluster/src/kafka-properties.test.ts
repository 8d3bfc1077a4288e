import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kafkaVersion } from "./kafka-jars.ts";
import { kafkaProperties, propertiesText } from "./kafka-properties.ts";

describe("kafkaProperties", () => {
  it("listens on this machine alone, and advertises what it listens on", () => {
    const node = { port: 9092, controllerPort: 9093, dataFolder: "/data" };
    const properties = kafkaProperties(node);
    expect(properties["listeners"]).toBe("PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093");
    expect(properties["advertised.listeners"]).toBe("PLAINTEXT://127.0.0.1:9092");
    expect(properties["controller.quorum.voters"]).toBe("1@127.0.0.1:9093");
  });
});

describe("propertiesText", () => {
  it("writes one setting a line, with backslashes as Java reads them", () => {
    expect(propertiesText({ a: "1", "log.dirs": "C:\\x" })).toBe("a=1\nlog.dirs=C:\\\\x\n");
  });
});

describe("kafkaVersion", () => {
  it("reads the broker's version of the list of jars", () => {
    const pom = readFileSync(new URL("../kafka-pom.xml", import.meta.url), "utf8");
    expect(kafkaVersion(pom)).toMatch(/^4\.\d+\.\d+$/);
    expect(() => kafkaVersion("<project/>")).toThrow("names no version");
  });
});
