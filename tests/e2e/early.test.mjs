/** A video plays while it is still being encoded, without a halt or a reload, and has every rung at the end. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { encoded } from "./support/clips.mjs";
import { assertPlays, currentTime, heights, pictureHeight, playerReady, seekTo, selectHeight } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";
import { watchSmoothness } from "./support/smooth.mjs";

const SECONDS = 40;

let server;
let browser;
let clip;
before(async () => {
  [server, browser, clip] = await Promise.all([
    startServer({ VLOG_TRANSCODING_PRESET: "veryfast" }),
    launch(),
    encoded("1280x720", SECONDS),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("plays before the job ends and follows it to its end", async () => {
  const { video_id: id, slug } = await server.upload(clip, "Early");
  await server.videoWhen(id, ({ status }) => status === "playable");
  const page = await openPage(browser);
  await watchSmoothness(page);
  await page.goto(`${server.site}/watch/${slug}`);
  await playerReady(page);
  await page.evaluate(() => (window.notReloaded = true));

  await page.waitForFunction(() => window.vlogPlayer.video.currentTime > 1);
  assert.equal((await server.video(id)).status, "playable", "the job ended before playing began: the clip is too short");
  assert.ok((await currentTime(page)) < 15, "begins at the start, not at the growing end");
  await assertPlays(page);
  await page.getByText("Still encoding").waitFor();
  const before = await heights(page);
  await screenshot(page, "watch-encoding");

  await server.ready(id, 120);
  await page.getByText("Still encoding").waitFor({ state: "hidden" });
  await page.waitForFunction(() => !window.vlogPlayer.player.isDynamic(), undefined, { timeout: 30_000 });
  const smooth = await page.evaluate(() => window.smooth.report());
  assert.deepEqual(smooth.stalls, [], "stood still although more was published");
  assert.ok(smooth.samples > 20 && smooth.published > 8 && smooth.reached > 2, JSON.stringify(smooth));
  // On a slow machine the viewer may have followed the encoder to the very end by now.
  await page.evaluate(() => {
    window.vlogPlayer.video.currentTime = 10;
    return window.vlogPlayer.video.play();
  });
  await assertPlays(page);
  assert.deepEqual(await heights(page), [720, 480, 360], `every rung at the end; at first ${before}`);
  await seekTo(page, SECONDS - 6);
  await selectHeight(page, 720);
  await pictureHeight(page, 720);
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  const { mediaSources, loads } = await page.evaluate(() => window.smooth.report());
  assert.deepEqual({ mediaSources, loads }, { mediaSources: 1, loads: 0 }, "loaded once, and not again");
  page.assertNoErrors();
  await page.context().close();
});
