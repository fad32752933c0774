/** The Jobs page: live from the upload to the end, stopping, what went wrong and why, trying again a part and all. */
import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, eventually, eventuallyIs } from "./support/checks.mjs";
import { copied, encoded } from "./support/clips.mjs";
import { steeredFfmpeg } from "./support/ffmpeg.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };
/** For work, and its second tries, on a slow machine. */
const LONG = { timeout: 240_000 };

let ffmpeg;
let server;
let browser;
before(async () => {
  ffmpeg = await steeredFfmpeg();
  const settings = {
    VLOG_FFMPEG_PATH: ffmpeg.path,
    VLOG_TRANSCODING_CODECS: "h264,hevc",
    VLOG_TRANSCODING_PRESET: "ultrafast",
    VLOG_TRANSCODING_SLOTS: "1",
  };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ffmpeg?.remove();
});

/** Takes the uploaded files away; the function that is returned brings them back. */
async function takeSources() {
  const sources = join(server.folder, "storage", "uploads");
  await rename(sources, `${sources}-away`);
  return () => rename(`${sources}-away`, sources);
}

const rowOf = (page, title) => page.locator("li.job").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const badge = (row, text) => row.locator(".row-status .badge", { hasText: text });

async function openJobs(options) {
  const page = await openPage(browser, options);
  await server.login(page);
  await page.goto(`${server.admin}/jobs`);
  return page;
}

async function look(page, name) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${name}, ${size}`);
    if (viewport === NARROW) continue;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${name}-${size}-${colorScheme}`);
      await assertAccessible(page, `${name}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

test("live: begins, is stopped, fails in a part, and is completed", async () => {
  const page = await openJobs();
  await page.getByRole("heading", { name: "Nothing to make" }).waitFor();
  await look(page, "jobs-empty");
  await page.evaluate(() => (window.notReloaded = true));

  await ffmpeg.hold("libx265");
  const { video_id: id } = await server.upload(await copied("640x360", 12), "Coast");
  const row = rowOf(page, "Coast");
  await badge(row, "Running").waitFor();
  await row.getByRole("button", { name: "Details of job" }).click();
  const band = row.locator('[data-band="360p-hevc"]');
  await band.locator(".cell-running").first().waitFor();
  const first = band.locator(".cell").first();
  const firstIs = /Part 1, 0:00 to .*Running.*on this server.*Attempt 1 of 5/;
  await eventually(async () => assert.match(await first.getAttribute("aria-label"), firstIs));
  await row.locator('[data-band="360p"] .cell-succeeded').first().waitFor();
  await look(page, "jobs-running");

  // the keyboard goes through the map
  await first.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await row.locator("[data-task]").first().filter({ hasText: /Part [2-9].*Waiting/s }).waitFor();
  await eventuallyIs(() => band.locator(".cell").last().getAttribute("aria-pressed"), "true");

  await row.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop" }).click();
  await badge(row, "Stopped").waitFor();
  // held, it would be there for ever
  await eventuallyIs(ffmpeg.running, []);
  await band.locator(".cell-cancelled").first().waitFor();

  await ffmpeg.spoil("libx265");
  await ffmpeg.release("libx265");
  await row.getByRole("button", { name: "Retry", exact: true }).first().click();
  await row.locator(".error-text", { hasText: "Tried again after: the flux is off" }).waitFor();
  // this very one: others fail meanwhile, and come before it
  const number = await row.locator("[data-task]", { hasText: "the flux is off" }).first().getAttribute("data-task");
  const task = row.locator(`[data-task="${number}"]`);
  await task.getByText("Command and output").click();
  await eventually(async () => {
    const output = await task.locator("pre").textContent();
    assert.match(output, /ffmpeg_failed: ffmpeg ended with code 1/);
    assert.match(output, /\$ \S*ffmpeg .*libx265/);
  });

  const bringBack = await takeSources();
  await badge(row, "Done").waitFor(LONG);
  await row.locator(".error-text", { hasText: "Without a part:" }).waitFor();
  await bringBack();
  await ffmpeg.mend("libx265");
  await server.ready(id); // what viewers have is whole without it
  await band.getByRole("button", { name: "Retry 360p-hevc" }).click();
  await row.locator(".error-text", { hasText: "Without" }).waitFor({ state: "hidden" });
  await badge(row, "Done").waitFor(LONG);
  await band.locator(".badge", { hasText: "Done" }).waitFor();
  const isWhole = ({ status, qualities, warnings }) =>
    status === "ready" && warnings.length === 0 && qualities.some(({ codec }) => codec === "hevc");
  await server.videoWhen(id, isWhole);
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  page.assertNoErrors();
  await page.context().close();
});

test("a job that failed says why, and several are tried again at once", async () => {
  await ffmpeg.hold("libx264");
  await server.upload(await encoded("640x360", 24), "Mountains");
  await server.upload(await encoded("640x360", 12), "Valley");
  const page = await openJobs();
  const [mountains, valley] = [rowOf(page, "Mountains"), rowOf(page, "Valley")];
  await badge(mountains, "Running").waitFor();
  await badge(valley, "Waiting").waitFor();
  await valley.getByRole("combobox", { name: "Priority of Valley" }).selectOption("high");
  await page.locator(".toast", { hasText: "Valley has high priority now" }).waitFor();

  const bringBack = await takeSources();
  await ffmpeg.release("libx264");
  await badge(mountains, "Failed").waitFor(LONG);
  await badge(valley, "Failed").waitFor(LONG);
  await mountains.locator(".error-text", { hasText: "The uploaded file is not in the storage any more." }).waitFor();
  await mountains.getByRole("button", { name: "Details of job" }).click();
  await mountains.getByText("What to do: Upload it again, or bring it back from a backup.").first().waitFor();
  await page.getByRole("button", { name: /^Failed/ }).click();
  await page.waitForURL(/state=failed/);
  await rowOf(page, "Coast").waitFor({ state: "hidden" });
  await mountains.getByRole("button", { name: "Details of job" }).click();
  await mountains.locator(".cell-failed").first().waitFor();
  await page.getByLabel("Choose all").check();
  await page.getByText("2 jobs chosen").waitFor();
  await look(page, "jobs-failed");

  await bringBack();
  await page.getByRole("group", { name: "With the chosen jobs" }).getByRole("button", { name: "Retry" }).click();
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  await page.getByRole("button", { name: /^Done/ }).click();
  await badge(valley, "Done").waitFor(LONG);
  await badge(mountains, "Done").waitFor(LONG);
  page.assertNoErrors();
  await page.context().close();
});

test("a server that does not answer is said, and asked again", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.route("**/api/jobs?*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "x", detail: "It broke.", status: 500, code: "internal_error" }) }));
  await page.goto(`${server.admin}/jobs`);
  await page.getByRole("alert").getByText("It broke.").waitFor();
  await page.unroute("**/api/jobs?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await rowOf(page, "Coast").waitFor();
  page.assertNoErrors(/status of 500/);
  await page.context().close();
});
