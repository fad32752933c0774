/** A video plays while it is still being encoded, without a halt or a reload, and has every rung at the end. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { eventuallyIs } from "./support/checks.mjs";
import { encoded } from "./support/clips.mjs";
import { steeredFfmpeg } from "./support/ffmpeg.mjs";
import { assertPlays, currentTime, heights, pictureHeight, playerReady, seekTo, selectHeight } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";
import { watchSmoothness } from "./support/smooth.mjs";

const SECONDS = 40;

let server;
let browser;
let clip;
let ffmpeg;
before(async () => {
  ffmpeg = await steeredFfmpeg();
  [server, browser, clip] = await Promise.all([
    startServer({ VLOG_TRANSCODING_PRESET: "veryfast", VLOG_TRANSCODING_SLOTS: "1", VLOG_FFMPEG_PATH: ffmpeg.path }),
    launch(),
    encoded("1280x720", SECONDS),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ffmpeg?.remove();
});

test("plays before the job ends and follows it to its end", async () => {
  const { video_id: id, slug } = await server.upload(clip, "Early");
  await server.videoWhen(id, ({ status }) => status === "playable");
  // the parts that are still to come wait until playing has begun
  await ffmpeg.hold("libx264");
  const page = await openPage(browser);
  await watchSmoothness(page);
  await page.goto(`${server.site}/watch/${slug}`);
  await playerReady(page);
  await page.evaluate(() => (window.notReloaded = true));

  await page.waitForFunction(() => window.vlogPlayer.video.currentTime > 1);
  assert.equal((await server.video(id)).status, "playable", "the job ended before playing began");
  assert.ok((await currentTime(page)) < 15, "begins at the start, not at the growing end");
  await assertPlays(page);
  await page.getByText("Still encoding").waitFor();
  const before = await heights(page);
  await screenshot(page, "watch-encoding");
  await ffmpeg.release("libx264");

  await server.ready(id);
  await page.getByText("Still encoding").waitFor({ state: "hidden" });
  await page.waitForFunction(() => !window.vlogPlayer.player.isDynamic());
  const smooth = await page.evaluate(() => window.smooth.report());
  assert.deepEqual(smooth.stalls, [], "stood still although more was published");
  assert.ok(smooth.samples > 20 && smooth.published > 8 && smooth.reached > 2, JSON.stringify(smooth));
  // On a slow machine the viewer may have followed the encoder to the very end by now.
  await page.evaluate(() => {
    window.vlogPlayer.video.currentTime = 10;
    return window.vlogPlayer.video.play();
  });
  await assertPlays(page);
  await eventuallyIs(() => heights(page), [720, 480, 360], `every rung at the end; at first ${before}`);
  await seekTo(page, SECONDS - 6);
  await selectHeight(page, 720);
  await pictureHeight(page, 720);
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  const { mediaSources, loads } = await page.evaluate(() => window.smooth.report());
  assert.deepEqual({ mediaSources, loads }, { mediaSources: 1, loads: 0 }, "loaded once, and not again");
  page.assertNoErrors();
  await page.context().close();
});

test("what was made before a stop is watched to its end, and says so", async () => {
  const { video_id: id, slug } = await server.upload(clip, "Stopped");
  await server.videoWhen(id, ({ status }) => status === "playable");
  await ffmpeg.hold("libx264");
  const page = await openPage(browser);
  await page.goto(`${server.site}/watch/${slug}`);
  await playerReady(page);
  await page.waitForFunction(() => window.vlogPlayer.video.currentTime > 1);
  assert.equal((await server.fetch(`/api/videos/${id}/cancel`, { method: "POST" })).status, 200);
  await ffmpeg.release("libx264");
  const note = page.getByText("This is as far as it got.");
  await note.waitFor();
  await page.waitForFunction(() => !window.vlogPlayer.player.isDynamic());
  await page.reload();
  await playerReady(page);
  await note.waitFor();
  await page.waitForFunction(() => window.vlogPlayer.video.duration < 39);
  assert.equal(await page.getByText("Still encoding").isVisible(), false);
  await page.evaluate(() => {
    window.vlogPlayer.video.currentTime = window.vlogPlayer.video.duration - 1;
    return window.vlogPlayer.video.play();
  });
  await page.waitForFunction(() => window.vlogPlayer.video.ended);
  await screenshot(page, "watch-ends-early");
  page.assertNoErrors();
  await page.context().close();
});
