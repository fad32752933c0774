/** A real nginx in front of a server, with an example of `deploy/` and a certificate of its own. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { ROOT } from "./paths.mjs";

const run = promisify(execFile);
const PATH = `${process.env.PATH}:/usr/sbin`;
const START_SECONDS = 60;

export async function freePort() {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** `example` is a file of `deploy/nginx`, `ports` the server's. Answers with `{ origin, stop }`. */
export async function startNginx(example, { publicPort, adminPort }) {
  const folder = await mkdtemp(join(tmpdir(), "vlog-nginx-"));
  const port = await freePort();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  await run("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
  ]);
  const site = (await readFile(join(ROOT, "deploy/nginx", example), "utf8"))
    .replaceAll("listen 443", `listen 127.0.0.1:${port}`)
    .replaceAll(/ssl_certificate_key .*;/g, `ssl_certificate_key ${key};`)
    .replaceAll(/ssl_certificate .*;/g, `ssl_certificate ${certificate};`)
    .replaceAll("127.0.0.1:9000", `127.0.0.1:${publicPort}`)
    .replaceAll("127.0.0.1:9001", `127.0.0.1:${adminPort}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  const config = join(folder, "nginx.conf");
  await writeFile(config, `
    daemon off; pid ${folder}/pid; error_log stderr warn; worker_processes 1;
    events {}
    http { access_log off; ${temporary.join(" ")} ${site} }`);
  const child = spawn("nginx", ["-c", config, "-p", folder], { env: { ...process.env, PATH }, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (const until = Date.now() + START_SECONDS * 1000; !(await answers(port)); await sleep(50)) {
    if (child.exitCode === null && Date.now() < until) continue;
    await stop();
    throw new Error(`nginx does not start: ${log}`);
  }
  return { origin: `https://localhost:${port}`, stop, log: () => log };
}

async function answers(port) {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  return new Promise((resolve) => socket.once("secureConnect", () => resolve(true)).once("error", () => resolve(false))).finally(() => socket.destroy());
}
