/**
 * What a machine must have before anything can run, decided on plain values.
 *
 * @typedef {{ major: number, minor: number }} Version
 * @typedef {{ node: string, java: string | undefined, maven: boolean | undefined }} Machine
 *   `java` is what `java -version` printed, undefined if it cannot be run. `maven` is undefined
 *   where it is not needed.
 */

const NODE = { major: 20, minor: 19 }; // the oldest that vitest 4 supports
const JAVA = { major: 17, minor: 0 }; // the oldest that a Kafka 4 broker supports

/** @returns {Version | undefined} of "v20.20.2", "20.19.0"; undefined if it is no version. */
export function parseNodeVersion(text) {
  const found = /^v?(\d+)\.(\d+)\./.exec(text);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

/** @returns {Version | undefined} of what `java -version` prints; "1.8.0" is Java 8. */
export function parseJavaVersion(text) {
  const found = /version "(\d+)(?:\.(\d+))?/.exec(text);
  if (found === null) return undefined;
  const [major, minor] = [Number(found[1]), Number(found[2] ?? 0)];
  return major === 1 ? { major: minor, minor: 0 } : { major, minor };
}

/** @returns {boolean} whether `version` is `least` or newer. */
export function isAtLeast(version, least) {
  return (
    version !== undefined &&
    (version.major > least.major || (version.major === least.major && version.minor >= least.minor))
  );
}

/** @returns {string | undefined} why this Node is too old, and what to do. */
export function nodeProblem(version) {
  if (isAtLeast(parseNodeVersion(version), NODE)) return undefined;
  return `Node ${NODE.major}.${NODE.minor} or newer is needed, this is ${version}: install it from https://nodejs.org`;
}

/**
 * @param {{ java: string | undefined, maven: boolean | undefined }} found
 * @returns {string[]} what the embedded Kafka lacks, each with what to do; empty if nothing.
 */
export function kafkaProblems(found) {
  const instead = "or set KAFKA_BROKERS to a Kafka of your own";
  const problems = [];
  const java = found.java === undefined ? undefined : parseJavaVersion(found.java);
  if (!isAtLeast(java, JAVA)) {
    const have = java === undefined ? "was not found" : `is Java ${java.major}`;
    problems.push(
      `Java ${JAVA.major} or newer is needed for the embedded Kafka; "java" ${have}: ` +
        `install it (Debian: apt install openjdk-17-jre-headless; macOS: brew install openjdk) ` +
        `and have it on the PATH or in JAVA_HOME, ${instead}`,
    );
  }
  if (found.maven === false) {
    problems.push(
      `Maven is needed once, to fetch the embedded Kafka; "mvn" was not found: ` +
        `install it (Debian: apt install maven; macOS: brew install maven), ${instead}`,
    );
  }
  return problems;
}

/**
 * @param {string} pom kafka-pom.xml
 * @returns {string[]} the jars that it names itself, broker first, below the folder of fetched jars.
 */
export function kafkaJars(pom) {
  const named = [
    ...pom.matchAll(/<artifactId>([^<]+)<\/artifactId>\s*<version>([^<]+)<\/version>/g),
  ]
    .filter(([, name]) => name !== "embedded-kafka")
    .map(([, name, version]) => ({ name, version }));
  const broker = named.find(({ name }) => name.startsWith("kafka_"));
  if (broker === undefined) throw new Error("kafka-pom.xml names no version of kafka_2.13");
  return [broker, ...named.filter((jar) => jar !== broker)].map(
    ({ name, version }) => `kafka-${broker.version}/${name}-${version}.jar`,
  );
}
