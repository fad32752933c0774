/** The real server on free ports, with a database and a storage of its own that are gone afterwards. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { BINARY } from "./paths.mjs";

const START_SECONDS = 60;
const STOP_SECONDS = 30;
/** A slow machine that has other work takes so long for the clips of these tests, and longer for none. */
const READY_SECONDS = 240;

/**
 * `settings` are environment variables, such as `{ VLOG_TRANSCODING_PRESET: "slow" }`. Without accounts the server is
 * as after its first start, and has `setupLink` instead of `account` and `key`.
 */
export async function startServer(settings = {}, { accounts = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "vlog-e2e-"));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    VLOG_DATABASE_URL: `sqlite://${folder}/vlog.db`,
    VLOG_STORAGE_PATH: join(folder, "storage"),
    VLOG_BIND_PUBLIC: "127.0.0.1",
    VLOG_PUBLIC_PORT: "0",
    VLOG_ADMIN_PORT: "0",
    VLOG_WORKER_API_PORT: "0",
    VLOG_STREAMING_SEGMENT_DURATION: "2",
    VLOG_TRANSCODING_DRAIN_GRACE: "0s",
    VLOG_SPRITE_SHEET_AUTO_GENERATE: "false",
    VLOG_LOG_LEVEL: "warn",
    ...settings,
  };
  const vlog = (args, input = "") => execFileSync(BINARY, args, { cwd: folder, env, input, encoding: "utf8" });
  const account = { username: "tester", password: "correct horse battery" };
  let key = "";
  if (accounts) {
    vlog(["user", "create", account.username, "--role", "admin", "--password-stdin"], account.password);
    key = vlog(["api-key", "create", "tests", "--user", account.username]).trim();
  }
  const child = spawn(BINARY, ["serve"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  try {
    const { site, admin, setupLink } = await addresses(child, accounts, () => log);
    return new Server({ child, folder, site, admin, setupLink, account, key, log: () => log });
  } catch (error) {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function addresses(child, accounts, log) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the server did not start: ${why}\n${log()}`));
    const timer = setTimeout(() => fail("no greeting in time"), START_SECONDS * 1000);
    let text = "";
    child.on("error", fail);
    child.on("exit", (code) => fail(`exit status ${code}`));
    child.stdout.on("data", (data) => {
      text += data;
      const site = /Watch\s+(\S+)\//.exec(text)?.[1];
      const admin = /Dashboard\s+(\S+)\//.exec(text)?.[1];
      const setupLink = /Set up\s+(\S+)\s/.exec(text)?.[1];
      if (!site || !admin || (!accounts && !setupLink)) return;
      clearTimeout(timer);
      resolve({ site, admin, setupLink });
    });
  });
}

class Server {
  /** `account` and `key` are an admin's. */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Logs a page's browser in, on both listeners: they share a host. */
  async login(page) {
    const answer = await page.context().request.post(`${this.admin}/api/auth/login`, { data: this.account });
    if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
  }

  /** A request to the admin listener by API key. */
  fetch(path, options = {}) {
    return fetch(`${this.admin}${path}`, { ...options, headers: { authorization: `Bearer ${this.key}` } });
  }

  /** Answers with `{ video_id, slug }`. */
  async upload(file, title) {
    const form = new FormData();
    form.set("title", title);
    form.set("file", await openAsBlob(file), basename(file));
    const answer = await this.fetch("/api/videos", { method: "POST", body: form });
    if (!answer.ok) throw new Error(`upload of ${title}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async video(id) {
    const answer = await this.fetch(`/api/videos/${id}`);
    if (!answer.ok) throw new Error(`video ${id}: ${answer.status}`);
    return answer.json();
  }

  /** The video once `wanted(video)` holds. */
  async videoWhen(id, wanted) {
    const until = Date.now() + READY_SECONDS * 1000;
    for (;;) {
      const video = await this.video(id);
      if (wanted(video)) return video;
      if (Date.now() > until) throw new Error(`video ${id} is still ${JSON.stringify(video)}\n${this.log()}`);
      await sleep(200);
    }
  }

  ready(id) {
    return this.videoWhen(id, ({ status }) => status === "ready");
  }

  async stop() {
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const killer = setTimeout(() => this.child.kill("SIGKILL"), STOP_SECONDS * 1000);
    await gone;
    clearTimeout(killer);
    await rm(this.folder, { recursive: true, force: true });
  }
}
