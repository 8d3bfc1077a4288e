import { createServer } from "node:http";

/** Answers every user the same 20 movies at once: what the load balancer costs by itself. */
const LIST = Array.from({ length: 20 }, (_, i) => `movie+number+${i}+1999`).join(",");
const INTERNAL = JSON.stringify({
  build: "constant",
  bundle: "0".repeat(64),
  personalised: false,
  propensities: null,
  reason: "no_signals",
});

createServer((request, response) => {
  if (request.url?.startsWith("/recommend/") === true) {
    response.writeHead(200, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(LIST),
      "x-canarec-internal": INTERNAL,
    });
    response.end(LIST);
    return;
  }
  response.setHeader("content-type", "application/json");
  response.end(request.url?.startsWith("/internal/popular") === true ? '{"movies":["a"]}' : "{}");
}).listen(Number(process.env["PORT"]), "127.0.0.1");
process.once("disconnect", () => process.exit());
