import { describe, expect, it } from "vitest";
import { repositoryAccess } from "./repository-access.ts";

const header = (address: string, basic: string) => ({
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: `http.${address}.extraHeader`,
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
});

describe("repositoryAccess", () => {
  it.each([
    ["https://ann:s3cret@h/a.git", "https://h/a.git", "YW5uOnMzY3JldA=="],
    ["HTTP://ann:s3%40cret@h:8080/a", "http://h:8080/a", "YW5uOnMzQGNyZXQ="],
    ["https://t0ken@h/a.git", "https://h/a.git", "dDBrZW46"],
    ["https://:s3%cret@h/a.git", "https://h/a.git", "OnMzJWNyZXQ="],
  ])("of %s puts who asks into a header", (repository, address, basic) => {
    expect(repositoryAccess(repository)).toEqual({ address, env: header(address, basic) });
  });

  it.each([
    ...["/srv/a.git", "../a.git", "https://h/a.git", "git@h:a.git", "ssh://git@h/a.git"],
    ...["http://", "file:///srv/a@b:c.git"],
  ])("leaves %s as it is", (repository) => {
    expect(repositoryAccess(repository)).toEqual({ address: repository, env: {} });
  });
});
