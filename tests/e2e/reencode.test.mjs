/** A video is encoded again while somebody watches it: nobody notices, and the next visit has the new qualities. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible } from "./support/checks.mjs";
import { rich } from "./support/clips.mjs";
import { assertPlays, heights, playerReady, seekTo } from "./support/player.mjs";
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

async function settle(changes) {
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
  const answer = await fetch(`${server.admin}/api/settings`, { method: "PATCH", headers, body: JSON.stringify(changes) });
  assert.equal(answer.status, 200, await answer.text());
}

test("encoded again from the dashboard while it plays", { timeout: 240_000 }, async () => {
  const { video_id: id, slug } = await server.upload(await rich(), "Harbour");
  await server.ready(id);
  const watch = await openPage(browser);
  await watch.goto(`${server.site}/watch/${slug}`);
  await playerReady(watch);
  await assertPlays(watch);
  assert.deepEqual(await heights(watch), [720, 480, 360]);
  await watch.evaluate(() => {
    window.notReloaded = true;
    window.vlogPlayer.video.loop = true;
  });
  await settle({
    "transcoding.ladder": [{ height: 240, max_rate: 400_000 }, { height: 144, max_rate: 200_000 }],
    "transcoding.copy": false,
  });

  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/`);
  const row = page.locator("li.row").filter({ has: page.getByRole("heading", { name: "Harbour", exact: true }) });
  const button = row.getByRole("button", { name: "Encode again" });
  await button.click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("Viewers keep what they have").waitFor();
  await assertAccessible(page, "encode again");
  await screenshot(page, "admin-encode-again");
  await dialog.getByRole("button", { name: "Encode again" }).click();
  await page.getByText("Harbour is encoded again").first().waitFor();
  await button.click();
  await dialog.getByRole("button", { name: "Encode again" }).click();
  await page.getByText("This video is being worked on").first().waitFor();
  assert.equal(await row.locator(".row-status .badge").first().textContent(), "Ready");

  await page.goto(`${server.admin}/jobs`);
  await page.getByLabel("Kind of job").selectOption("reencode");
  const job = page.locator("li.job");
  await job.getByText("Encoding again").waitFor();
  assert.equal(await job.count(), 1, "the transcode is another kind");
  await screenshot(page, "jobs-reencode");
  await job.locator(".row-status .badge", { hasText: "Done" }).waitFor({ timeout: 180_000 });
  page.assertNoErrors(/409/);

  await assertPlays(watch);
  for (const seconds of [31, 5, 22.5]) await seekTo(watch, seconds);
  await assertPlays(watch);
  assert.equal(await watch.evaluate(() => window.notReloaded), true);
  assert.deepEqual(await heights(watch), [720, 480, 360], "what was begun is played to its end");
  assert.equal(await watch.getByText("Still encoding").isVisible(), false);
  await watch.reload();
  await playerReady(watch);
  await assertPlays(watch);
  assert.deepEqual(await heights(watch), [240, 144]);
  watch.assertNoErrors();
});
