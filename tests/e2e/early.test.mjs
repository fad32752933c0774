/** A video plays while it is still being encoded, without a halt or a reload, and has every rung at the end. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

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
afterEach(() => ffmpeg.release("libx264"));
after(async () => {
  await browser?.close();
  await server?.stop();
  await ffmpeg?.remove();
});

for (const format of ["hls", "dash"]) {
  test(`plays before the job ends and follows it to its end over ${format}`, async () => {
    const { video_id: id, slug } = await server.upload(clip, `Early over ${format}`);
    await server.videoWhen(id, ({ status }) => status === "playable");
    // the parts that are still to come wait until playing has begun
    await ffmpeg.hold("libx264");
    const page = await openPage(browser);
    await watchSmoothness(page);
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    assert.equal(await page.evaluate(() => window.vlogPlayer.format), format);
    await page.evaluate(() => (window.notReloaded = true));

    await page.waitForFunction(() => window.vlogPlayer.video.currentTime > 1);
    assert.equal((await server.video(id)).status, "playable", "the job ended before playing began");
    assert.ok((await currentTime(page)) < 15, "begins at the start, not at the growing end");
    await assertPlays(page);
    await page.getByText("Still encoding").waitFor();
    const before = await heights(page);
    // a rung that has nothing to play yet cannot be chosen
    const { qualities } = await server.video(id);
    const made = qualities.filter(({ available_seconds }) => available_seconds > 0).map(({ height }) => height);
    await eventuallyIs(async () => (await heights(page)).filter((height) => !made.includes(height)), [], "rungs without a segment");
    // as far as it goes and no farther
    const { reachable, listed } = await reach(page);
    assert.ok(reachable > 0 && reachable < SECONDS - 1 && reachable <= listed, `${reachable} of ${listed}`);
    await screenshot(page, `watch-encoding-${format}`);
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
    for (const seconds of [24, 3]) await seekTo(page, seconds);
    for (const height of [480, 720]) {
      await selectHeight(page, height);
      await pictureHeight(page, height);
    }
    await seekTo(page, SECONDS - 6);
    await playToTheEnd(page, SECONDS);
    assert.equal(await page.evaluate(() => window.notReloaded), true);
    const { mediaSources, loads } = await page.evaluate(() => window.smooth.report());
    assert.deepEqual({ mediaSources, loads }, { mediaSources: 1, loads: 0 }, "loaded once, and not again");
    page.assertNoErrors();
    await page.context().close();
  });

  test(`what was made before a stop is watched to its end, and says so, over ${format}`, async () => {
    const { video_id: id, slug } = await server.upload(clip, `Stopped over ${format}`);
    await server.videoWhen(id, ({ status }) => status === "playable");
    await ffmpeg.hold("libx264");
    const page = await openPage(browser);
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    await page.waitForFunction(() => window.vlogPlayer.video.currentTime > 1);
    assert.equal((await server.fetch(`/api/videos/${id}/cancel`, { method: "POST" })).status, 200);
    await ffmpeg.release("libx264");
    const note = page.getByText("This is as far as it got.");
    await note.waitFor();
    await page.waitForFunction(() => !window.vlogPlayer.player.isDynamic());
    // who watches while it is stopped gets to the end as well
    const { reachable } = await reach(page);
    assert.ok(reachable > 2 && reachable < SECONDS - 1, `${reachable}`);
    await playToTheEnd(page, reachable);
    await page.reload();
    await playerReady(page);
    assert.equal(await page.evaluate(() => window.vlogPlayer.format), format);
    await note.waitFor();
    await page.waitForFunction(() => window.vlogPlayer.video.duration < 39);
    assert.equal(await page.getByText("Still encoding").isVisible(), false);
    await playToTheEnd(page, await page.evaluate(() => window.vlogPlayer.video.duration));
    await screenshot(page, `watch-ends-early-${format}`);
    page.assertNoErrors();
    await page.context().close();
  });
}

/** The end of what one can seek to, and of what is published. */
const reach = (page) =>
  page.evaluate(() => {
    const { player } = window.vlogPlayer;
    return { reachable: player.seekRange().end, listed: window.smooth?.report().published };
  });

async function playToTheEnd(page, end) {
  await page.evaluate((to) => {
    window.vlogPlayer.video.currentTime = to;
    return window.vlogPlayer.video.play();
  }, end - 1.5);
  try {
    await page.waitForFunction(() => window.vlogPlayer.video.ended);
  } catch (error) {
    const state = await page.evaluate(() => {
      const { player, video } = window.vlogPlayer;
      const { currentTime, duration, paused, readyState, playbackRate, seeking } = video;
      return JSON.stringify({ currentTime, duration, paused, readyState, playbackRate, seeking, range: player.seekRange(), buffered: player.getBufferedInfo() });
    });
    throw new Error(`never ended: ${state}`, { cause: error });
  }
}
