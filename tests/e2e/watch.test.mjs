/** A finished video with two languages, subtitles and chapters, over HLS and over DASH. */
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { eventuallyIs } from "./support/checks.mjs";
import { copied, rich, RICH_SECONDS, transportStream } from "./support/clips.mjs";
import { activeHeight, assertPlays, currentTime, heights, pictureHeight, playerReady, seekTo, selectHeight } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
let slug;
before(async () => {
  [server, browser] = await Promise.all([startServer({ VLOG_TRANSCODING_PRESET: "ultrafast" }), launch()]);
  const uploaded = await server.upload(await rich(), "Two languages");
  slug = uploaded.slug;
  await server.ready(uploaded.video_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const format of ["hls", "dash"]) {
  test(`seeks, switches quality and language, shows captions over ${format}`, async () => {
    const page = await openWatchPage(`?format=${format}`);
    assert.equal(await page.evaluate(() => window.vlogPlayer.format), format);
    await assertPlays(page);
    for (const seconds of [31, 5, 22.5]) await seekTo(page, seconds);

    assert.deepEqual(await heights(page), [720, 480, 360]);
    for (const height of [360, 720]) {
      // from the start, so that the clip does not come to its end meanwhile
      await seekTo(page, 0);
      await selectHeight(page, height);
      await pictureHeight(page, height);
      await assertPlays(page);
    }
    await seekTo(page, 0);
    await chooseInMenu(page, /quality|resolution/i, /^480p/);
    await pictureHeight(page, 480);
    await eventuallyIs(() => activeHeight(page), 480);

    await seekTo(page, 2);
    const languages = await page.evaluate(() => [...new Set(window.vlogPlayer.player.getVariantTracks().map(({ language }) => language))].sort());
    assert.deepEqual(languages, ["de", "en"]);
    await page.evaluate(() => {
      const { player } = window.vlogPlayer;
      player.selectAudioTrack(player.getAudioTracks().find(({ language }) => language === "de"));
    });
    await page.waitForFunction(() => window.vlogPlayer.player.getVariantTracks().find(({ active }) => active)?.language === "de");
    await assertPlays(page);

    await page.locator("body").press("c");
    await page.locator(".shaka-text-container").getByText(/English line|Deutsche Zeile/).first().waitFor();
    await screenshot(page, `watch-${format}`);
    page.assertNoErrors();
    await page.context().close();
  });
}

for (const format of ["hls", "dash"]) {
  test(`captions that are chosen after all was loaded are shown over ${format}`, async () => {
    const page = await openWatchPage(`?format=${format}&t=${RICH_SECONDS - 12}`);
    await assertPlays(page);
    await page.evaluate(() => window.vlogPlayer.video.pause());
    await page.waitForFunction((end) => {
      const { video } = window.vlogPlayer;
      return video.buffered.length > 0 && video.buffered.end(video.buffered.length - 1) > end - 0.5;
    }, RICH_SECONDS);
    // the engine has nothing left to do
    await page.waitForFunction(() => window.vlogPlayer.player.isBufferedFully?.() ?? true);
    await page.waitForTimeout(1500);
    await page.locator("body").press("c");
    await page.evaluate(() => window.vlogPlayer.video.play());
    await page.locator(".shaka-text-container").getByText(/English line|Deutsche Zeile/).first().waitFor();
    page.assertNoErrors();
    await page.context().close();
  });
}

/** No such device is at hand: this sees that the playlist is handed to the element itself, not that it plays. */
test("Apple's devices are given HLS to play themselves", async () => {
  const page = await openPage(browser);
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "vendor", { get: () => "Apple Computer, Inc." });
    HTMLMediaElement.prototype.canPlayType = (kind) => (kind === "application/vnd.apple.mpegurl" ? "maybe" : "");
  });
  for (const [query, file] of [["", /\/master\.m3u8$/], ["?format=dash", /^blob:/]]) {
    await page.goto(`${server.site}/watch/${slug}${query}`);
    await page.waitForFunction(() => document.querySelector("video")?.currentSrc);
    assert.match(await page.evaluate(() => document.querySelector("video").currentSrc), file);
  }
  await page.context().close();
});

test("keys", async () => {
  const page = await openWatchPage();
  await assertPlays(page);
  const press = (key) => page.locator("body").press(key);
  const holds = (wanted, argument) => page.waitForFunction(wanted, argument);

  await press("k");
  await holds(() => window.vlogPlayer.video.paused);
  const start = await currentTime(page);
  await press("l");
  await holds((time) => Math.abs(window.vlogPlayer.video.currentTime - time - 10) < 0.3, start);
  await press("j");
  await holds((time) => Math.abs(window.vlogPlayer.video.currentTime - time) < 0.3, start);
  await press("ArrowRight");
  await holds((time) => Math.abs(window.vlogPlayer.video.currentTime - time - 5) < 0.3, start);
  await press("ArrowLeft");
  await holds((time) => Math.abs(window.vlogPlayer.video.currentTime - time) < 0.3, start);
  await press("5");
  await holds(() => Math.abs(window.vlogPlayer.video.currentTime - 20) < 0.5);
  // Shaka holds the rate at 0 while it buffers.
  await holds(() => window.vlogPlayer.video.playbackRate === 1 && window.vlogPlayer.video.readyState >= 3);
  await press(">");
  await holds(() => window.vlogPlayer.video.playbackRate === 1.25);
  await press("<");
  await holds(() => window.vlogPlayer.video.playbackRate === 1);
  await press("m");
  await holds(() => window.vlogPlayer.video.muted);
  await press("Space");
  await holds(() => !window.vlogPlayer.video.paused);
  await press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await screenshot(page, "watch-shortcuts");
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  page.assertNoErrors();
  await page.context().close();
});

test("the speed that was chosen outlives buffering", async () => {
  const page = await openWatchPage();
  await assertPlays(page);
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/*.m4s", async (route) => {
    await released;
    await route.continue();
  });
  // What is loaded is thrown away, and nothing more comes: Shaka holds the element's rate at 0.
  await page.evaluate(() => {
    const { player } = window.vlogPlayer;
    player.configure({ abr: { enabled: false } });
    player.selectVariantTrack(player.getVariantTracks().find(({ active }) => !active), true);
  });
  await page.waitForFunction(() => window.vlogPlayer.video.playbackRate === 0);
  for (const key of [">", ">", "<"]) await page.locator("body").press(key);
  assert.equal(await page.evaluate(() => window.vlogPlayer.video.playbackRate), 0, "still buffering");
  release();
  await page.waitForFunction(() => window.vlogPlayer.video.playbackRate === 1.25);
  await assertPlays(page);
  page.assertNoErrors();
  await page.context().close();
});

test("chapters lead to their place", async () => {
  const page = await openWatchPage();
  await assertPlays(page);
  await page.getByRole("button", { name: /Middle/ }).click();
  await page.waitForFunction(() => window.vlogPlayer.video.currentTime >= 13);
  await page.locator(".chapter[aria-current=true]").filter({ hasText: "Middle" }).waitFor();
  page.assertNoErrors();
  await page.context().close();
});

// vlog makes no MPEG-TS itself: the files are put where a video imported from elsewhere would have them, and the page
// is told so.
test("MPEG-TS plays through hls.js", async () => {
  const { folder } = server;
  const [generation] = (await readdir(join(folder, "storage/videos/1"))).filter((name) => /^g\d+$/.test(name));
  const directory = join(folder, "storage/videos/1", generation, "ts");
  await mkdir(directory);
  await transportStream(await copied(), directory);
  const page = await openPage(browser);
  await page.route(`**/watch/${slug}`, async (route) => {
    const answer = await route.fetch();
    const html = (await answer.text()).replace('"streaming_format":"cmaf"', '"streaming_format":"hls_ts"');
    assert.match(html, /"streaming_format":"hls_ts"/);
    const body = html.replaceAll(`/videos/${slug}/master.m3u8`, `/videos/${slug}/${generation}/ts/stream.m3u8`);
    await route.fulfill({ response: answer, body });
  });
  await page.goto(`${server.site}/watch/${slug}`);
  await playerReady(page);
  await eventuallyIs(() => page.evaluate(() => window.vlogPlayer.player.levels.length), 1, "levels of hls.js");
  await assertPlays(page);
  for (const seconds of [6, 1]) await seekTo(page, seconds);
  page.assertNoErrors();
  await page.context().close();
});

async function openWatchPage(query = "") {
  const page = await openPage(browser);
  await page.goto(`${server.site}/watch/${slug}${query}`);
  await playerReady(page);
  return page;
}

/** Through the player's own menu, as a viewer does. */
async function chooseInMenu(page, entry, choice) {
  await page.locator(".stage").hover();
  await page.locator(".shaka-overflow-menu-button").click();
  await page.locator(".shaka-overflow-menu").getByRole("button", { name: entry }).click();
  await page.locator(".shaka-sub-menu:visible button").filter({ hasText: choice }).click();
}
