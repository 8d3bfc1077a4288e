import { describe, expect, it } from "vitest";
import { controlConfig } from "./config.ts";

const least = {
  DATABASE_URL: "postgres://canarec@127.0.0.1:5432/canarec",
  DATA_PLANE_URLS: "http://127.0.0.1:9082",
  CANAREC_HOME: "/home/of/canarec",
};

describe("controlConfig", () => {
  it("runs builds as processes unless told otherwise", () => {
    expect(controlConfig(least)).toMatchObject({ runtime: "process", firstRelease: "HEAD" });
  });

  it("says where containers run, under a name of the home's", () => {
    const docker = {
      CANAREC_RUNTIME: "docker",
      DOCKER_HOST: "unix:///run/engine.sock",
      DOCKER_NETWORK: "inner",
      BASE_IMAGE: "node:22",
    };
    const { docker: read } = controlConfig({ ...least, ...docker });
    expect(read).toEqual({
      engine: "unix:///run/engine.sock",
      network: "inner",
      installation: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      baseImage: "node:22",
      buildNetwork: undefined,
    });
    const other = controlConfig({ ...least, CANAREC_HOME: "/home/of/another" });
    expect(other.docker.installation).not.toBe(read.installation);
    const named = controlConfig({ ...least, CANAREC_INSTALLATION: "staging" });
    expect(named.docker).toMatchObject({ installation: "staging", network: "host" });
  });

  it("names every bad variable at once", () => {
    const load = () =>
      controlConfig({
        ...least,
        CANAREC_RUNTIME: "podman",
        DOCKER_HOST: "ssh://machine",
        DOCKER_NETWORK: "two words",
        CANAREC_INSTALLATION: "Capital",
      });
    expect(load).toThrow(/CANAREC_RUNTIME.*DOCKER_HOST.*DOCKER_NETWORK.*CANAREC_INSTALLATION/);
  });
});
