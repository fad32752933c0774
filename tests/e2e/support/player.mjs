/** What tests ask of the player on the watch page, through `window.vlogPlayer`. */
import assert from "node:assert/strict";

export const playerReady = (page) => page.waitForFunction(() => Boolean(window.vlogPlayer));

export const currentTime = (page) => page.evaluate(() => window.vlogPlayer.video.currentTime);

/** Waits until the picture moves: the clock and the number of shown frames both go on. */
export async function assertPlays(page, seconds = 0.5) {
  const start = await page.evaluate(() => {
    const { video } = window.vlogPlayer;
    return { time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  });
  await page.waitForFunction(
    ({ time, frames, seconds }) => {
      const { video } = window.vlogPlayer;
      return video.currentTime >= time + seconds && video.getVideoPlaybackQuality().totalVideoFrames > frames + 2;
    },
    { ...start, seconds },
  );
}

/**
 * Goes there, and waits until it plays from there on. Where it landed is noted in the page: by the time a slow machine
 * asks, the clip may have come to its end.
 */
export async function seekTo(page, seconds) {
  // the player's own seek to where it begins would undo this one
  await page.waitForFunction(() => window.vlogPlayer.video.readyState >= 2 && !window.vlogPlayer.video.seeking);
  await page.evaluate((to) => {
    const { video } = window.vlogPlayer;
    window.landed = null;
    const note = () => (window.landed = { time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames });
    if (!window.notesLanding) video.addEventListener("seeked", note);
    window.notesLanding = true;
    video.currentTime = to;
  }, seconds);
  await page.waitForFunction((to) => {
    const { video } = window.vlogPlayer;
    if (!window.landed || video.currentTime < to + 0.4) return false;
    return video.getVideoPlaybackQuality().totalVideoFrames > window.landed.frames + 2;
  }, seconds);
  const { time } = await page.evaluate(() => window.landed);
  assert.ok(time > seconds - 0.2 && time < seconds + 8, `asked for ${seconds}, at ${time}`);
}

/** Heights of the rungs one can choose, highest first. */
export const heights = (page) =>
  page.evaluate(() => [...new Set(window.vlogPlayer.player.getVariantTracks().map(({ height }) => height))].sort((a, b) => b - a));

export const activeHeight = (page) =>
  page.evaluate(() => window.vlogPlayer.player.getVariantTracks().find(({ active }) => active)?.height);

/** Waits until the decoder itself shows pictures of this height. */
export const pictureHeight = (page, height) =>
  page.waitForFunction((wanted) => window.vlogPlayer.video.videoHeight === wanted, height);

/** Keeps to one rung, in the language that plays. */
export const selectHeight = (page, wanted) =>
  page.evaluate((height) => {
    const { player } = window.vlogPlayer;
    player.configure({ abr: { enabled: false } });
    const active = player.getVariantTracks().find((track) => track.active);
    const track = player.getVariantTracks().find((one) => one.height === height && one.language === active.language);
    player.selectVariantTrack(track, true);
  }, wanted);
