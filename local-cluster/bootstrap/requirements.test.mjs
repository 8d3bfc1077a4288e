import { describe, expect, it } from "vitest";
import {
  isAtLeast,
  kafkaJars,
  kafkaProblems,
  nodeProblem,
  parseJavaVersion,
  parseNodeVersion,
} from "./requirements.mjs";

const JAVA_17 = 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment';
const JAVA_8 = 'java version "1.8.0_402"';

describe("parseNodeVersion", () => {
  it.each([
    ["v20.20.2", { major: 20, minor: 20 }],
    ["22.1.0-nightly", { major: 22, minor: 1 }],
    ["twenty", undefined],
  ])("reads %s", (text, version) => expect(parseNodeVersion(text)).toEqual(version));
});

describe("parseJavaVersion", () => {
  it.each([
    [JAVA_17, { major: 17, minor: 0 }],
    [JAVA_8, { major: 8, minor: 0 }],
    ['openjdk version "21" 2023-09-19', { major: 21, minor: 0 }],
    ["no java installed", undefined],
  ])("reads %j", (text, version) => expect(parseJavaVersion(text)).toEqual(version));
});

describe("isAtLeast", () => {
  it.each([
    [{ major: 20, minor: 19 }, true],
    [{ major: 20, minor: 18 }, false],
    [{ major: 21, minor: 0 }, true],
    [undefined, false],
  ])("compares %j with 20.19", (version, expected) =>
    expect(isAtLeast(version, { major: 20, minor: 19 })).toBe(expected),
  );
});

describe("nodeProblem", () => {
  it("accepts the oldest supported, and says what an older one needs", () => {
    expect(nodeProblem("v20.19.0")).toBeUndefined();
    expect(nodeProblem("v18.20.4")).toMatch(/Node 20\.19 or newer is needed, this is v18\.20\.4/);
  });
});

describe("kafkaProblems", () => {
  it("has none with Java 17 and Maven, or where Maven is not needed", () => {
    expect(kafkaProblems({ java: JAVA_17, maven: true })).toEqual([]);
    expect(kafkaProblems({ java: JAVA_17, maven: undefined })).toEqual([]);
  });

  it("names everything that is missing at once, each with the variable that replaces it", () => {
    const problems = kafkaProblems({ java: undefined, maven: false });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/Java 17 or newer.*was not found.*KAFKA_BROKERS/);
    expect(problems[1]).toMatch(/Maven.*was not found.*KAFKA_BROKERS/);
  });

  it("says which Java is too old", () => {
    expect(kafkaProblems({ java: JAVA_8, maven: true })[0]).toContain('"java" is Java 8');
  });
});

describe("kafkaJars", () => {
  const dependency = (name, version) =>
    `<artifactId>${name}</artifactId>\n      <version>${version}</version>`;

  it("are those of the versions that are asked for", () => {
    const pom = [
      dependency("embedded-kafka", "1"),
      dependency("slf4j-simple", "1.7.36"),
      dependency("kafka_2.13", "4.1.1"),
    ].join("\n");
    expect(kafkaJars(pom)).toEqual([
      "kafka-4.1.1/kafka_2.13-4.1.1.jar",
      "kafka-4.1.1/slf4j-simple-1.7.36.jar",
    ]);
  });

  it("cannot be told without a version of the broker", () => {
    expect(() => kafkaJars("<project/>")).toThrow("names no version");
  });
});
