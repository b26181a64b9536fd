// A plain Node server, as its start script runs it: it listens where PORT says.
const http = require("http");

http.createServer((request, response) => {
  const parts = [];
  request.on("data", part => parts.push(part));
  request.on("end", () => {
    response.setHeader("Content-Type", "text/plain");
    response.end(`node ${request.method} ${request.url} ${Buffer.concat(parts).length}`);
  });
}).listen(process.env.PORT, "127.0.0.1");
