/** Captions of people who really speak: heard after the upload, and shown on the watch page. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { eventually } from "./support/checks.mjs";
import { speaking } from "./support/clips.mjs";
import { ROOT } from "./support/paths.mjs";
import { assertPlays, playerReady, seekTo } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

const READERS = "/usr/share/pocketsphinx/test/data/librivox";

let server;
let browser;
let uploaded;
before(async () => {
  execFileSync(join(ROOT, ".ci/speech"), { stdio: "inherit" });
  const model = join(ROOT, "target/speech/ggml-tiny.en-q8_0.bin");
  const settings = { VLOG_TRANSCRIPTION_MODEL_PATH: model, VLOG_STORAGE_FREE_SPACE_FLOOR: "0" };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
  const ids = (await readFile(join(READERS, "fileids"), "utf8")).trim().split("\n");
  uploaded = await server.upload(await speaking(ids.map((id) => join(READERS, `${id}.wav`))), "People who read aloud");
  await server.ready(uploaded.video_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const transcript = async () => (await fetch(`${server.site}/api/videos/${uploaded.slug}/transcript`)).json();

for (const format of ["hls", "dash"]) {
  test(`what is said stands below the picture over ${format}`, async () => {
    await eventually(async () => assert.equal((await transcript()).status, "completed"));
    const manifest = format === "hls" ? "master.m3u8" : "manifest.mpd";
    await eventually(async () => {
      const text = await (await fetch(`${server.site}/videos/${uploaded.slug}/${manifest}`)).text();
      assert.match(text, /captions\/\d+\//);
    });
    const page = await openPage(browser);
    await page.goto(`${server.site}/watch/${uploaded.slug}?format=${format}`);
    await playerReady(page);
    await page.evaluate(() => {
      const { player } = window.vlogPlayer;
      player.selectTextTrack(player.getTextTracks()[0]);
    });
    await assertPlays(page);
    await seekTo(page, 1);
    await page.locator(".shaka-text-container").getByText(/Dashwood/).first().waitFor();
    await screenshot(page, `captions-${format}`);
    await page.context().close();
  });
}
