/**
 * Watches how a growing video plays: how far it is, how far it could be by what is published, and whether the player
 * begins anew. Everything is sampled in the page, on one clock.
 */

/** To be called before the page is opened. `window.smooth.report()` then has what was seen. */
export const watchSmoothness = (page) => page.addInitScript(observe);

function observe() {
  const SAMPLE_MS = 100;
  const POLL_MS = 250;
  /** This much more is published than was played: nothing but the player itself can be what it waits for. */
  const AHEAD_SECONDS = 3;
  const STILL_MS = 1_000;

  const seen = { mediaSources: 0, loads: 0, published: 0, reached: 0, samples: 0, stalls: [] };
  window.smooth = { report: () => ({ ...seen }) };

  const makeAddress = URL.createObjectURL;
  URL.createObjectURL = (source) => {
    if (source instanceof MediaSource) seen.mediaSources += 1;
    return makeAddress.call(URL, source);
  };

  const text = async (address) => {
    const answer = await fetch(address, { cache: "no-store" });
    return answer.ok ? answer.text() : "";
  };
  const seconds = async (address) =>
    [...(await text(address)).matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, length]) => sum + Number(length), 0);

  /** As far as the lowest rung, which is never behind the others, and all sound go. */
  async function publishedSeconds(master) {
    const list = await text(master);
    const here = (uri) => new URL(uri, new URL(master, location.href)).href;
    const sounds = [...list.matchAll(/#EXT-X-MEDIA:TYPE=AUDIO.*URI="([^"]+)"/g)].map(([, uri]) => here(uri));
    const lowest = [...list.matchAll(/#EXT-X-STREAM-INF:.*\n(.+)/g)].slice(-1).map(([, uri]) => here(uri.trim()));
    const published = await Promise.all([...lowest, ...sounds].map(seconds));
    return lowest.length ? Math.min(...published) : 0;
  }

  /** The playlists say the same of the same files, whichever manifest is played. */
  async function poll(master) {
    seen.published = Math.max(seen.published, await publishedSeconds(master).catch(() => 0));
    setTimeout(() => poll(master), POLL_MS);
  }

  function sample({ video }) {
    let last = video.currentTime;
    let stillSince = 0;
    setInterval(() => {
      const now = performance.now();
      const time = video.currentTime;
      seen.samples += 1;
      seen.reached = Math.max(seen.reached, time);
      const atFault = time === last && seen.published >= time + AHEAD_SECONDS;
      last = time;
      if (!atFault) stillSince = 0;
      else if (stillSince === 0) stillSince = now;
      else if (now - stillSince > STILL_MS) note(video, time, now - stillSince);
    }, SAMPLE_MS);
  }

  function note(video, time, stood) {
    const known = seen.stalls.find((stall) => stall.at === time);
    if (known) {
      known.stood = stood;
      return;
    }
    const buffered = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
    const { paused, ended, seeking, readyState, playbackRate } = video;
    const reachable = window.vlogPlayer.player.seekRange().end;
    seen.stalls.push({ at: time, stood, published: seen.published, reachable, buffered, paused, ended, seeking, readyState, playbackRate });
  }

  const waiting = setInterval(() => {
    if (!window.vlogPlayer) return;
    clearInterval(waiting);
    const { player } = window.vlogPlayer;
    const load = player.load;
    player.load = (...args) => {
      seen.loads += 1;
      return load.apply(player, args);
    };
    sample(window.vlogPlayer);
    void poll(player.getAssetUri().replace("manifest.mpd", "master.m3u8"));
  }, 20);
}
