import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@canarec/local-cluster/port";

/** nginx as Debian has it; a distribution may keep it out of the path of ordinary users. */
const COMMANDS = ["nginx", "/usr/sbin/nginx"];

export interface Nginx extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly version: string;
}

/**
 * nginx with one worker that proxies to replicas over kept connections, without a log.
 *
 * @returns undefined where it is not installed.
 */
export async function startNginx(
  home: string,
  replicaUrls: readonly string[],
): Promise<Nginx | undefined> {
  const command = COMMANDS.find((one) => spawnSync(one, ["-v"]).status === 0);
  if (command === undefined) return undefined;
  const version = spawnSync(command, ["-v"])
    .stderr.toString()
    .trim()
    .replace("nginx version: ", "");
  const port = await freePort();
  const folder = path.join(home, "nginx");
  mkdirSync(folder);
  const file = path.join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, port, replicaUrls));
  const child = spawn(command, ["-c", file, "-p", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  while ((await fetch(`${url}/recommend/1`).catch(() => undefined))?.ok !== true) await sleep(50);
  return {
    ...{ url, version, pid: child.pid ?? 0 },
    async [Symbol.asyncDispose]() {
      child.kill("SIGQUIT");
      await ended;
    },
  };
}

function configuration(folder: string, port: number, replicaUrls: readonly string[]): string {
  const servers = replicaUrls.map((url) => `server ${new URL(url).host};`).join(" ");
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${places}
      keepalive_requests 1000000000;
      upstream replicas { ${servers} keepalive 128; keepalive_requests 1000000000; keepalive_timeout 4s; }
      server {
        listen 127.0.0.1:${port} backlog=511;
        location / {
          proxy_pass http://replicas;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
        }
      }
    }`;
}
