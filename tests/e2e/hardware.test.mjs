/** A rendition that a device and software made together, because the device failed in the middle, plays as one. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible } from "./support/checks.mjs";
import { encoded } from "./support/clips.mjs";
import { assertPlays, currentTime, playerReady, seekTo } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

let folder;
let server;
let browser;
let slug;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlog-e2e-device-"));
  const ffmpeg = join(folder, "ffmpeg");
  await copyFile(new URL("../support/quick-sync.sh", import.meta.url), ffmpeg);
  await writeFile(join(folder, "broken"), "");
  // any file that opens is a device to start with
  const device = { VLOG_HWACCEL_TYPE: "qsv", VLOG_HWACCEL_VAAPI_DEVICE: "/dev/null", VLOG_FFMPEG_PATH: ffmpeg };
  [server, browser] = await Promise.all([startServer({ ...device, VLOG_TRANSCODING_PRESET: "veryfast" }), launch()]);
  const uploaded = await server.upload(await encoded("640x360", 10), "By two encoders");
  slug = uploaded.slug;
  await server.ready(uploaded.video_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("the job tells what software made, and why", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/jobs`);
  await page.getByRole("button", { name: "Details of job" }).click();
  const note = page.locator(".job-note", { hasText: /\d parts? (was|were) made by software, because the device failed: h264_qsv: / });
  await note.waitFor();
  await page.locator('.cell[aria-label*="by software, because the device failed"]').first().waitFor();
  await assertAccessible(page, "a job that fell back");
  await screenshot(page, "jobs-fallback");
  page.assertNoErrors();
  await page.context().close();
});

for (const format of ["hls", "dash"]) {
  test(`the seam over ${format}`, async () => {
    const page = await openPage(browser);
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    // the device made 0 to 4 s, software the rest
    await seekTo(page, 3);
    await assertPlays(page, 2.5);
    assert.ok((await currentTime(page)) > 5.4);
    for (const seconds of [8, 1]) await seekTo(page, seconds);
    const { dropped, error } = await page.evaluate(() => {
      const { video } = window.vlogPlayer;
      return { dropped: video.getVideoPlaybackQuality().corruptedVideoFrames ?? 0, error: video.error?.message ?? "" };
    });
    assert.deepEqual({ dropped, error }, { dropped: 0, error: "" });
    page.assertNoErrors();
    await page.context().close();
  });
}
