/**
 * The player of the watch page: picks the engine, starts it, remembers position and volume.
 * Sets `window.vlogPlayer = { player, video, format }` as a handle for browser tests and debugging.
 */
import type { Video } from "../api/types";
import { recall, remember, saveWatched } from "../lib/storage";
import type { Playback, PlayerHooks } from "../player/playback";
import { startHlsJs, startNative } from "../player/plain-engines";
import { startShaka, type ShakaSource } from "../player/shaka-engine";
import { browserSupport, chooseSource, type Format } from "../player/source";

declare global {
  interface Window {
    vlogPlayer?: { player: unknown; video: HTMLVideoElement; format: Format };
  }
}

const SAVE_EVERY_MS = 4_000;
const SOUND_KEY = "vlog:sound";

export type StartOptions = { startTime: number; format: Format; autoplay: boolean };

/** Resolves once the manifest is loaded; rejects when nothing can play it. */
export async function startPlayer(
  stage: HTMLElement,
  element: HTMLVideoElement,
  video: Video,
  options: StartOptions,
  hooks: PlayerHooks,
): Promise<Playback> {
  const source = chooseSource(video, options.format, browserSupport(element));
  if (!source) throw new Error("nothing to play");
  restoreSound(element);
  const { startTime } = options;
  const playback =
    source.engine === "shaka"
      ? await startShaka(stage, element, source, video, startTime, hooks).catch((error: unknown) => {
          // The other manifest may still be whole.
          if (!source.fallback) throw error;
          const other: ShakaSource = { ...source, format: source.format === "hls" ? "dash" : "hls", uri: source.fallback, fallback: null };
          return startShaka(stage, element, other, video, startTime, hooks);
        })
      : source.engine === "hlsjs"
        ? await startHlsJs(stage, element, source.uri, video, startTime, hooks)
        : await startNative(stage, element, source.uri, video, startTime, hooks);
  window.vlogPlayer = { player: playback.engine, video: element, format: playback.format() };
  keepPosition(element, video);
  if (options.autoplay) await element.play().catch(() => undefined);
  return playback;
}

function restoreSound(element: HTMLVideoElement): void {
  const sound = recall(SOUND_KEY, { volume: 1, muted: false });
  element.volume = Math.min(1, Math.max(0, sound.volume));
  element.muted = sound.muted;
  const save = () => remember(SOUND_KEY, { volume: element.volume, muted: element.muted });
  element.addEventListener("volumechange", save);
}

function keepPosition(element: HTMLVideoElement, video: Video): void {
  let savedAt = 0;
  const save = () => {
    const total = Math.max(video.duration, Number.isFinite(element.duration) ? element.duration : 0);
    if (element.currentTime > 0) saveWatched(video.slug, element.currentTime, total);
    savedAt = Date.now();
  };
  element.addEventListener("timeupdate", () => {
    if (!element.paused && Date.now() - savedAt > SAVE_EVERY_MS) save();
  });
  element.addEventListener("pause", save);
  element.addEventListener("ended", save);
  window.addEventListener("pagehide", save);
}
