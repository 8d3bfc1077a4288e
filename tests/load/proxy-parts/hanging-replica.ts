import { createServer } from "node:http";

/** Says that it is ready, and never answers anybody. */
createServer((request, response) => {
  if (request.url === "/readyz") response.end("{}");
}).listen(Number(process.env["PORT"]), "127.0.0.1");
process.once("disconnect", () => process.exit());
