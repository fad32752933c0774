/** The Workers page: a machine is added, works, is told what to do, dies and is locked out, all seen as it happens. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, assertGone } from "./support/checks.mjs";
import { encoded } from "./support/clips.mjs";
import { steeredFfmpeg } from "./support/ffmpeg.mjs";
import { freePort } from "./support/nginx.mjs";
import { BINARY } from "./support/paths.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };

let server;
let browser;
let port;
let ffmpeg;
const children = [];
before(async () => {
  [port, ffmpeg] = await Promise.all([freePort(), steeredFfmpeg()]);
  const settings = { VLOG_WORKER_API_PORT: String(port), VLOG_TRANSCODING_LOCAL: "false" };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
});
after(async () => {
  await browser?.close();
  children.forEach((child) => child.kill("SIGKILL"));
  await server?.stop();
  await ffmpeg?.remove();
});

/** A real worker, with what the dialog says. */
function startWorker(name, command, more = {}) {
  const [, key, url] = /^VLOG_WORKER_API_KEY=(\S+) vlog worker --server (\S+)$/.exec(command);
  const env = {
    PATH: process.env.PATH,
    HOME: server.folder,
    VLOG_FFMPEG_PATH: ffmpeg.path,
    VLOG_WORKER_API_KEY: key,
    VLOG_WORKER_WORK_DIR: join(server.folder, `work-${name}`),
    VLOG_WORKER_FREE_SPACE_FLOOR: "0",
    VLOG_WORKER_DRAIN_GRACE: "0s",
    ...more,
  };
  const child = spawn(BINARY, ["worker", "--server", url], { cwd: server.folder, env, stdio: "ignore" });
  children.push(child);
  return child;
}

const card = (page, name) => page.getByRole("article", { name, exact: true });
const state = (page, name, text) => card(page, name).locator(".badge").first().getByText(text, { exact: true }).waitFor();
const button = (page, name, what) => card(page, name).getByRole("button", { name: `${what} ${name}` });
const event = (page, ...texts) => texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator(".audit tbody tr")).waitFor();

async function add(page, name) {
  await page.getByRole("button", { name: "Add a worker" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What to call the machine").fill(name);
  await dialog.getByRole("button", { name: "Make a key" }).click();
  await dialog.getByRole("heading", { name: `The key of ${name}` }).waitFor();
  return dialog;
}

async function everySize(page, where) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${where}, ${size}`);
    if (viewport === NARROW) continue;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `workers-${where}-${size}-${colorScheme}`);
      await assertAccessible(page, `workers ${where}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

test("a machine is added, works, is told what to do, dies and is locked out", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/workers`);
  await page.getByText("No other machine helps yet").waitFor();
  await page.getByText("It encodes nothing itself").waitFor();
  await event(page, "This server", "Another version");
  await everySize(page, "empty");

  // a name that will not do, then one that does
  await page.getByRole("button", { name: "Add a worker" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a worker" });
  const name = dialog.getByLabel("What to call the machine");
  await name.fill("my garage");
  await dialog.getByRole("button", { name: "Make a key" }).click();
  await dialog.getByRole("alert").filter({ hasText: "invalid_value" }).waitFor();
  await name.fill("garage");
  await name.press("Enter");
  await dialog.getByRole("heading", { name: "The key of garage" }).waitFor();
  await dialog.getByText("Workers are only let in from this machine so far").waitFor();
  await everySize(page, "key");
  const command = await dialog.getByLabel("On that machine, to try it", { exact: true }).innerText();
  const key = await dialog.getByLabel("Key", { exact: true }).innerText();
  assert.ok(command.includes(key) && command.endsWith(`http://localhost:${port}`), command);
  await dialog.getByRole("button", { name: "Done" }).click();
  await assertGone(page, key, "the key is shown once");
  await state(page, "garage", "Offline");
  await card(page, "garage").getByText("It has not been here yet").waitFor();

  // it comes, works and rests, and nobody reloads the page
  const begun = await page.evaluate(() => performance.timeOrigin);
  const worker = startWorker("garage", command);
  await state(page, "garage", "Idle");
  await card(page, "garage").getByRole("meter", { name: "CPU" }).waitFor();
  await ffmpeg.hold("libx264");
  const uploaded = server.upload(await encoded("854x480", 16), "A walk by the sea");
  await state(page, "garage", "Busy");
  await card(page, "garage").getByText("A walk by the sea").waitFor();
  await card(page, "garage").getByRole("progressbar", { name: "A walk by the sea" }).waitFor();
  await screenshot(page, "workers-busy-early");
  await card(page, "garage").getByText(/part 1 · .*libx264/).waitFor();
  await everySize(page, "busy");
  await ffmpeg.release("libx264");
  await server.ready((await uploaded).video_id);
  await state(page, "garage", "Idle");
  await card(page, "garage").getByText(/libx264 [\d.]+× real time/).waitFor();
  await card(page, "garage").getByRole("img", { name: /real time now|at most|nothing was encoded/ }).waitFor();

  // what it said, and that it goes on saying
  await card(page, "garage").getByText("Recent log").click();
  const log = card(page, "garage").getByRole("log");
  await log.getByText(/ready to take tasks/).waitFor();
  await log.getByText(/task done/).first().waitFor();
  await everySize(page, "idle");

  // commands
  await button(page, "garage", "Restart").click();
  await event(page, "garage", "Restart", "Done");
  await log.getByText(/ready to take tasks/).nth(1).waitFor();
  await state(page, "garage", "Idle");
  await button(page, "garage", "Update").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Update" }).click();
  await event(page, "garage", "Update", "It runs the server's program already.");
  await button(page, "garage", "Drain").click();
  const draining = card(page, "garage").locator(".badge", { hasText: "Draining" });
  await draining.waitFor();
  await button(page, "garage", "Enable").click();
  await draining.waitFor({ state: "hidden" });
  assert.equal(worker.exitCode, null, "it is the same process");

  // a machine that dies says nothing: the server finds out
  const gone = once(worker, "exit");
  worker.kill("SIGKILL");
  await gone;
  await state(page, "garage", "Offline");
  await button(page, "garage", "Restart").waitFor({ state: "hidden" });
  await button(page, "garage", "Disable").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await state(page, "garage", "Disabled");
  await everySize(page, "disabled");
  await button(page, "garage", "Revoke").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No other machine helps yet").waitFor();
  await card(page, "garage").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => performance.timeOrigin), begun, "the page was not loaded again");
  page.assertNoErrors(/status of 422/);
  await page.context().close();
});

test("a worker that is stopped stays so, and says so", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/workers`);
  const dialog = await add(page, "attic");
  const command = await dialog.getByLabel("On that machine, to try it", { exact: true }).innerText();
  await page.keyboard.press("Escape");
  const worker = startWorker("attic", command);
  const gone = once(worker, "exit");
  await state(page, "attic", "Idle");
  await button(page, "attic", "Stop").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop" }).click();
  await event(page, "attic", "Stop", "Done");
  await state(page, "attic", "Offline");
  assert.deepEqual(await gone, [0, null]);
  page.assertNoErrors();
  await page.context().close();
});

test("a machine that takes nothing says why", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/workers`);
  const dialog = await add(page, "cramped");
  const command = await dialog.getByLabel("On that machine, to try it", { exact: true }).innerText();
  startWorker("cramped", command, { VLOG_WORKER_FREE_SPACE_FLOOR: "900TB" });
  await dialog.getByRole("button", { name: "Done" }).click();
  await card(page, "cramped").getByText("It takes nothing: the disk it works on is nearly full.").waitFor();
  await everySize(page, "waiting");
  page.assertNoErrors();
  await page.context().close();
});
