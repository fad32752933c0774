/** Pictures on the seek bar: made by themselves, shown where the pointer is, asked for again in the dashboard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage, screenshot } from "./support/browser.mjs";
import { eventuallyIs } from "./support/checks.mjs";
import { twoColours } from "./support/clips.mjs";
import { playerReady } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
let id;
let slug;
let number;

/** Waits until both manifests name the pictures of this number, or none. */
async function manifestsName(wanted) {
  for (const name of ["manifest.mpd", "g/sprites.m3u8"]) {
    await eventuallyIs(async () => {
      const master = await (await fetch(`${server.site}/videos/${slug}/master.m3u8`)).text();
      const list = name.replace("g/sprites.m3u8", /URI="(g\d+\/sprites\.m3u8)"/.exec(master)?.[1] ?? "master.m3u8");
      const text = await (await fetch(`${server.site}/videos/${slug}/${list}`)).text();
      return /sprites\/(\d+)\/sheet-/.exec(text)?.[1];
    }, wanted);
  }
}

/** What Shaka knows of the picture at a moment, and what the server says of its sheet. */
async function tileAt(page, seconds) {
  const tile = await page.evaluate(async (at) => {
    const { player } = window.vlogPlayer;
    const [track] = player.getImageTracks();
    const found = await player.getThumbnails(track.id, at);
    if (!found) return null;
    const { positionX, positionY, width, height, startTime, duration, uris } = found;
    return { at: [startTime, duration], place: [positionX, positionY, width, height].map(Math.round), address: uris[0] };
  }, seconds);
  if (!tile) return null;
  const answer = await fetch(tile.address);
  const { address, ...rest } = tile;
  return { ...rest, sheet: new URL(address).pathname.split("/sprites/")[1], type: answer.headers.get("content-type"), status: answer.status };
}

before(async () => {
  const settings = { VLOG_TRANSCODING_PRESET: "ultrafast", VLOG_SPRITE_SHEET_AUTO_GENERATE: "true" };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
  ({ video_id: id, slug } = await server.upload(await twoColours(), "Red and blue"));
  const { sprites_url: index } = await server.videoWhen(id, ({ sprites_url }) => sprites_url);
  number = index.split("/").at(-2);
  await manifestsName(number);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the seek bar shows at a share of its length: the colour in the middle, and the size. */
async function previewAt(page, share) {
  await page.locator(".stage").hover();
  const bar = await page.locator(".shaka-seek-bar").boundingBox();
  await page.mouse.move(bar.x + bar.width * share, bar.y + bar.height / 2, { steps: 3 });
  return page.evaluate(async () => {
    const place = document.querySelector(".shaka-player-ui-thumbnail-image-container");
    const picture = place.querySelector("img");
    if (!picture?.src || getComputedStyle(place.parentElement).visibility !== "visible") return null;
    await picture.decode();
    const [outer, inner] = [place.getBoundingClientRect(), picture.getBoundingClientRect()];
    const scale = inner.width / picture.naturalWidth;
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    const [x, y] = [outer.x + outer.width / 2 - inner.x, outer.y + outer.height / 2 - inner.y].map((at) => at / scale);
    canvas.drawImage(picture, Math.floor(x), Math.floor(y), 1, 1, 0, 0, 1, 1);
    const [red, , blue] = canvas.getImageData(0, 0, 1, 1).data;
    return { colour: red > 200 ? "red" : blue > 200 ? "blue" : `${red} ${blue}`, shape: Math.round((outer.width / outer.height) * 100) };
  });
}

for (const format of ["hls", "dash"]) {
  test(`the seek bar shows the moment under the pointer over ${format}`, async () => {
    const page = await openPage(browser);
    const asked = [];
    page.on("request", (request) => request.url().includes("/sprites/") && asked.push(request.url().split("/sprites/")[1]));
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    assert.equal(await page.evaluate(() => window.vlogPlayer.player.getImageTracks().length), 1);
    for (const [seconds, start, x, y] of [[0, 0, 0, 0], [9.9, 9, 1440, 0], [10.5, 10, 0, 90], [22.6, 22, 320, 180]]) {
      const wanted = { at: [start, 1], place: [x, y, 160, 90], sheet: `${number}/sheet-000.jpg`, type: "image/jpeg", status: 200 };
      assert.deepEqual(await tileAt(page, seconds), wanted, `at ${seconds} s`);
    }
    await eventuallyIs(async () => (await previewAt(page, 0.2))?.colour, "red");
    await eventuallyIs(async () => (await previewAt(page, 0.8))?.colour, "blue");
    const { shape } = await previewAt(page, 0.8);
    assert.ok(Math.abs(shape - 178) < 5, `${shape}`);
    // the manifest's, and not those of the index besides
    assert.deepEqual([...new Set(asked)], [`${number}/sheet-000.jpg`]);
    assert.equal(await page.locator(".shaka-player-ui-thumbnail-image-container img").count(), 1);
    await screenshot(page, `sprites-${format}`);
    page.assertNoErrors();
    await page.context().close();
  });
}

for (const [format, manifest, named] of [
  ["hls", "master.m3u8", /^#EXT-X-IMAGE-STREAM-INF.*$/m],
  ["dash", "manifest.mpd", /<AdaptationSet[^>]*contentType="image".*?<\/AdaptationSet>/s],
]) {
  test(`pictures that the manifest does not name yet come from their index over ${format}`, async () => {
    const page = await openPage(browser);
    await page.route(`**/${manifest}`, async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      assert.match(text, named);
      await route.fulfill({ response: answer, body: text.replace(named, "") });
    });
    await page.goto(`${server.site}/watch/${slug}?format=${format}`);
    await playerReady(page);
    await page.waitForFunction(() => window.vlogPlayer.player.getImageTracks().length === 1);
    await eventuallyIs(async () => (await previewAt(page, 0.2))?.colour, "red");
    await eventuallyIs(async () => (await previewAt(page, 0.8))?.colour, "blue");
    page.assertNoErrors();
    await page.context().close();
  });
}

test("the dashboard makes them again, and the Jobs page tells how far that is", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  const before = (await server.video(id)).sprites_url;
  await page.getByRole("button", { name: "Make seek bar pictures" }).click();
  await page.getByText(/seek bar pictures of Red and blue are made/).waitFor();
  const { sprites_url: after } = await server.videoWhen(id, ({ sprites_url }) => sprites_url !== before);
  await manifestsName(after.split("/").at(-2));
  await page.goto(`${server.admin}/jobs`);
  await page.getByLabel("Which kind of jobs").selectOption("sprites");
  const rows = page.locator("li.job");
  await eventuallyIs(() => rows.count(), 2);
  assert.match(await rows.first().innerText(), /Seek bar pictures/);
  await rows.first().getByRole("button", { name: /^Details of job/ }).click();
  await page.getByRole("heading", { name: "Seek bar pictures", level: 4 }).waitFor();
  await screenshot(page, "sprites-jobs");
  await page.getByLabel("Which kind of jobs").selectOption("transcode");
  await eventuallyIs(() => rows.count(), 1);
  page.assertNoErrors();
  await page.context().close();
});
