/** The other two engines, with the browser's own controls: hls.js for MPEG-TS, and Apple's built-in HLS. */
import type { Video } from "../api/types";
import { mediaLink, type MediaLink } from "./media-link";
import type { Playback, PlayerHooks } from "./playback";

export async function startHlsJs(
  stage: HTMLElement,
  element: HTMLVideoElement,
  uri: string,
  video: Video,
  startTime: number,
  hooks: PlayerHooks,
): Promise<Playback> {
  const { default: Hls } = await import("hls.js");
  const link = mediaLink(video);
  const hls = new Hls({
    startPosition: startTime,
    capLevelToPlayerSize: true,
    async xhrSetup(request, address) {
      await link.fresh();
      request.open("GET", link.rewrite(address), true);
    },
  });
  hls.on(Hls.Events.FRAG_LOADED, () => link.worked());
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.response?.code === 403) void link.refused().then((again) => (again ? hls.startLoad() : hooks.failed(data.details)));
    else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else hooks.failed(data.details);
  });
  await new Promise<void>((resolve, reject) => {
    hls.once(Hls.Events.MANIFEST_PARSED, () => resolve());
    hls.once(Hls.Events.ERROR, (_event, data) => data.fatal && reject(new Error(data.details)));
    hls.loadSource(uri);
    hls.attachMedia(element);
  });
  return plainPlayback(stage, element, hls, video, link, async () => hls.destroy());
}

export async function startNative(
  stage: HTMLElement,
  element: HTMLVideoElement,
  uri: string,
  video: Video,
  startTime: number,
  hooks: PlayerHooks,
): Promise<Playback> {
  const link = mediaLink(video);
  element.src = uri;
  element.addEventListener("error", () => void goOn());
  // The browser does not tell why it stopped; a link that is over is one reason, and another one helps.
  const goOn = async () => {
    const code = element.error?.code ?? 0;
    const [time, started] = [element.currentTime, element.readyState > 0 || element.currentTime > 0];
    if (!started || !video.media_expires_at || !(await link.refused())) return hooks.failed(code);
    element.src = link.rewrite(uri);
    element.addEventListener("loadedmetadata", () => {
      element.currentTime = time;
      void element.play().catch(() => undefined);
    }, { once: true });
  };
  element.addEventListener("timeupdate", () => link.worked());
  await new Promise<void>((resolve, reject) => {
    element.addEventListener("loadedmetadata", () => resolve(), { once: true });
    element.addEventListener("error", () => reject(new Error(String(element.error?.code ?? 0))), { once: true });
  });
  element.currentTime = startTime; // while the playlist grows it would begin at its end
  return plainPlayback(stage, element, null, video, link, async () => {
    element.removeAttribute("src");
    element.load();
  });
}

function plainPlayback(
  stage: HTMLElement,
  element: HTMLVideoElement,
  engine: unknown,
  startVideo: Video,
  link: MediaLink,
  destroy: () => Promise<void>,
): Playback {
  let video = startVideo;
  element.controls = true;
  const seekEnd = () => (element.seekable.length > 0 ? element.seekable.end(element.seekable.length - 1) : video.duration);
  return {
    element,
    engine,
    format: () => "hls",
    seekEnd,
    reachable: seekEnd,
    progress() {},
    update(next) {
      video = next;
      link.update(next);
    },
    speed: () => element.playbackRate,
    setSpeed(rate) {
      element.playbackRate = rate;
    },
    toggleCaptions() {
      const tracks = [...element.textTracks].filter(({ kind }) => kind === "captions" || kind === "subtitles");
      const shown = tracks.some(({ mode }) => mode === "showing");
      tracks.forEach((track, index) => (track.mode = !shown && index === 0 ? "showing" : "disabled"));
      return tracks.length > 0;
    },
    toggleFullscreen: () => void (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.()),
    togglePip: () => void (document.pictureInPictureElement ? document.exitPictureInPicture() : element.requestPictureInPicture?.()),
    showControls() {},
    destroy,
  };
}
