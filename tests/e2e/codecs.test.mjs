/** HEVC and AV1 beside H.264: the player takes a codec this browser knows, and its menu lists every height once. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage } from "./support/browser.mjs";
import { copied } from "./support/clips.mjs";
import { assertPlays, pictureHeight, playerReady, seekTo } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
let slug;
before(async () => {
  const settings = { VLOG_TRANSCODING_PRESET: "ultrafast", VLOG_TRANSCODING_CODECS: "h264,hevc,av1" };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
  const uploaded = await server.upload(await copied("854x480", 8), "Three codecs");
  slug = uploaded.slug;
  await server.ready(uploaded.video_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const format of ["hls", "dash"]) {
  test(`one codec a height over ${format}`, async () => {
    const page = await openPage(browser);
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    await assertPlays(page);
    const tracks = await page.evaluate(() =>
      window.vlogPlayer.player.getVariantTracks().map(({ height, videoCodec }) => ({ height, codec: videoCodec.slice(0, 4) })),
    );
    assert.deepEqual(tracks.map(({ height }) => height).sort(), [360, 480]);
    const codecs = tracks.map(({ codec }) => codec);
    assert.ok(!codecs.includes("hvc1"), `Debian's Chromium has no HEVC: ${codecs}`);
    assert.ok(codecs.includes("av01"), `the leaner codec is left aside: ${codecs}`);
    for (const height of [360, 480]) {
      // from the start, so that the clip does not come to its end meanwhile
      await seekTo(page, 0);
      await page.evaluate((wanted) => {
        const { player } = window.vlogPlayer;
        player.configure({ abr: { enabled: false } });
        player.selectVariantTrack(player.getVariantTracks().find((track) => track.height === wanted), true);
      }, height);
      await pictureHeight(page, height);
      await assertPlays(page);
    }
    await seekTo(page, 5);
    page.assertNoErrors();
    await page.context().close();
  });
}
