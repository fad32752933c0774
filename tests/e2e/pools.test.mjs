/** Pausing a pool and letting it go on, seen at once in every open page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible } from "./support/checks.mjs";
import { encoded } from "./support/clips.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ VLOG_TRANSCODING_PRESET: "ultrafast" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const pool = (page) => page.locator(".pool").filter({ has: page.getByRole("heading", { name: "Encoding", exact: true }) });
const stands = (page, state) => pool(page).locator(".badge", { hasText: state }).waitFor();

test("a pause is seen elsewhere, jobs say what they wait for, and go on", async () => {
  const open = async (path) => {
    const page = await openPage(browser);
    await server.login(page);
    await page.goto(`${server.admin}${path}`);
    await page.evaluate(() => (window.notReloaded = true));
    return page;
  };
  const [page, other, videos] = await Promise.all([open("/jobs"), open("/jobs"), open("/")]);
  for (const one of [page, other]) await stands(one, "Idle");
  await videos.getByText("No videos yet").waitFor();

  await page.getByRole("button", { name: "Pause Encoding", exact: true }).click();
  await stands(page, "Paused");
  await stands(other, "Paused");
  await other.getByRole("button", { name: "Resume Encoding", exact: true }).waitFor();

  const { video_id: id } = await server.upload(await encoded("640x360", 12), "Coast");
  for (const one of [page, other]) {
    const row = one.locator("li.job").filter({ has: one.getByRole("heading", { name: "Coast", exact: true }) });
    await row.locator(".row-note", { hasText: "Waiting: an admin paused this" }).waitFor();
  }
  await videos.locator(".videos .row-note", { hasText: "Waiting: an admin paused this" }).waitFor();
  await assertAccessible(other, "a paused pool");
  await screenshot(other, "jobs-paused");
  assert.notEqual((await server.video(id)).status, "ready");

  await other.getByRole("button", { name: "Resume Encoding", exact: true }).click();
  for (const one of [page, other]) {
    await one.getByRole("button", { name: "Pause Encoding", exact: true }).waitFor();
    await one.locator("li.job .row-status .badge", { hasText: "Done" }).waitFor({ timeout: 240_000 });
    await stands(one, "Idle");
  }
  await server.ready(id);
  for (const one of [page, other, videos]) {
    assert.equal(await one.evaluate(() => window.notReloaded), true);
    one.assertNoErrors();
    await one.context().close();
  }
});
