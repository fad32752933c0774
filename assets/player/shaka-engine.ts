/**
 * Plays CMAF over HLS or DASH with Shaka. Follows a growing manifest without a reload, keeps to
 * the rungs that are far enough.
 */
import type shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import { clock } from "../lib/format";
import type { Chapter, ProgressEvent, Video } from "../api/types";
import { followCaptions } from "./captions";
import { addLaterRungs, followGrowth } from "./growing";
import { mediaLink } from "./media-link";
import type { Playback, PlayerHooks } from "./playback";
import { keepPreviewsFresh } from "./previews";
import { limitsAt, mergeRungs, NO_LIMITS, reachableSeconds, type HeightLimits, type Rung } from "./rungs";
import { loadShaka } from "./shaka-module";
import { buildUi } from "./shaka-ui";
import type { Source } from "./source";

export type ShakaSource = Extract<Source, { engine: "shaka" }>;

const CHECK_LIMITS_MS = 1_000;
const BAN_SECONDS = 30;
const FORBIDDEN = 403;

export async function startShaka(
  stage: HTMLElement,
  element: HTMLVideoElement,
  source: ShakaSource,
  startVideo: Video,
  startTime: number,
  hooks: PlayerHooks,
): Promise<Playback> {
  let video = startVideo;
  let rungs: Rung[] = mergeRungs(video.qualities, []);
  let limits: HeightLimits = NO_LIMITS;
  let ready = video.status === "ready";

  const shaka = await loadShaka();
  const player = new shaka.Player();
  // Before attaching: otherwise captions come as native tracks, whose data: address the CSP refuses.
  player.setVideoContainer(stage);
  await player.attach(element);
  const ui = buildUi(shaka, player, stage, element, { duration: () => video.duration, theatre: hooks.theatre });
  const controls = ui.getControls()!;

  const link = mediaLink(startVideo);
  player.getNetworkingEngine()!.registerRequestFilter(async (_type, request) => {
    await link.fresh();
    request.uris = request.uris.map((uri) => link.rewrite(uri));
  });
  player.getNetworkingEngine()!.registerResponseFilter(() => link.worked());
  const endPreviews = keepPreviewsFresh(stage, link);

  player.configure({
    manifest: {
      // Close to the end of what is there: it is a file being written, not a broadcast.
      defaultPresentationDelay: 0.5,
      retryParameters: { maxAttempts: 4, baseDelay: 800, backoffFactor: 1.6, fuzzFactor: 0.3 },
      hls: { ignoreManifestProgramDateTime: true },
      dash: {
        ignoreSuggestedPresentationDelay: true,
        manifestPreprocessorTXml: (mpd: shaka.extern.xml.Node) => addLaterRungs(mpd, video.qualities),
      },
    },
    streaming: {
      bufferingGoal: 30,
      rebufferingGoal: 1,
      bufferBehind: 60,
      retryParameters: { maxAttempts: 5, baseDelay: 800, backoffFactor: 1.6, fuzzFactor: 0.3 },
    },
    abr: { defaultBandwidthEstimate: 8_000_000, restrictToElementSize: true },
  });

  const applyLimits = () => {
    const next = ready ? NO_LIMITS : limitsAt(rungs, element.currentTime || startTime, limits);
    if (next.minHeight === limits.minHeight && next.maxHeight === limits.maxHeight) return;
    limits = next;
    setLimits();
  };
  // Restrictions proper hide a rung from the quality menu, but Shaka forgets for good what they forbid
  // while it loads. Until the tracks are known only the automatic choice is limited.
  let tracksKnown = false;
  const setLimits = () => {
    const { minHeight, maxHeight } = limits;
    player.configure({ abr: { restrictions: { minHeight, maxHeight } } });
    if (tracksKnown) player.configure({ restrictions: { minHeight, maxHeight } });
    // Over dropped frames or a failed request Shaka bans a rung for a while, unaware that the
    // restrictions may leave no other; then it has nothing to play at all.
    const mayBan = limits === NO_LIMITS;
    player.configure({ abr: { droppedFrames: mayBan }, streaming: { maxDisabledTime: mayBan ? BAN_SECONDS : 0 } });
  };
  const knowTracks = () => {
    tracksKnown = true;
    if (limits !== NO_LIMITS) setLimits();
  };
  // Configuring at this moment disturbs Shaka's first choice of a rung over DASH.
  if (source.format === "hls") player.addEventListener("streaming", knowTracks);
  // Over DASH each new manifest is filtered by what was forbidden when it was loaded.
  player.addEventListener("manifestupdated", () => {
    if (source.format === "dash" && tracksKnown && limits !== NO_LIMITS) setLimits();
  });
  const grow = followGrowth(player, source.format, () => video.duration);
  // A viewer who has caught up with the encoder can reach what the browser takes for the end.
  const goOn = () => {
    applyLimits();
    grow();
    if (element.ended && element.currentTime < player.seekRange().end - 0.5) void element.play();
  };
  const timer = window.setInterval(goOn, CHECK_LIMITS_MS);
  element.addEventListener("seeking", applyLimits);

  // Until then a failure is reported by load() itself.
  let loaded = false;
  player.addEventListener("error", (event) => {
    const error = (event as unknown as { detail: shaka.util.Error }).detail;
    const broken = () => {
      if (loaded && error.severity === shaka.util.Error.Severity.CRITICAL) hooks.failed(error.code);
    };
    if (error.code !== shaka.util.Error.Code.BAD_HTTP_STATUS || error.data[1] !== FORBIDDEN) broken();
    else void link.refused().then((again) => (again ? player.retryStreaming() : broken()));
  });
  player.addEventListener("buffering", (event) => {
    hooks.waiting((event as unknown as { buffering: boolean }).buffering && atGrowingEnd());
  });
  const atGrowingEnd = () => player.isDynamic() && element.currentTime > player.seekRange().end - 2;

  try {
    applyLimits();
    // An explicit start: without it a growing presentation would begin at its end.
    await player.load(source.uri, startTime);
    await addChapters(player, video.chapters, video.duration);
    addPictures(player, video.sprites_url);
  } catch (error) {
    window.clearInterval(timer);
    endPreviews();
    element.removeEventListener("seeking", applyLimits);
    await ui.destroy();
    throw error;
  }
  loaded = true;
  if (source.format === "dash") knowTracks();
  const captions = followCaptions(player);
  controls.loadComplete();

  return {
    element,
    engine: player,
    format: () => source.format,
    seekEnd: () => (player.isDynamic() ? player.seekRange().end : element.duration || video.duration),
    progress(event: ProgressEvent) {
      rungs = mergeRungs(video.qualities, event.qualities);
      ready = event.status === "ready";
      applyLimits();
    },
    update(next: Video) {
      video = next;
      link.update(next);
      addPictures(player, next.sprites_url);
      rungs = mergeRungs(next.qualities, []);
      ready = next.status === "ready";
      applyLimits();
      captions.add(next.text_tracks);
    },
    reachable: () => reachableSeconds(rungs, video.duration),
    speed: () => player.getPlaybackRate() || 1,
    // As Shaka's own menu does it: the speed is kept while it buffers.
    setSpeed: (rate) => player.trickPlay(rate, false),
    toggleCaptions() {
      const tracks = player.getTextTracks();
      const shown = tracks.find(({ active }) => active);
      player.selectTextTrack(shown ? null : tracks[0] ?? null);
      return tracks.length > 0;
    },
    toggleFullscreen: () => void controls.toggleFullScreen(),
    togglePip: () => void controls.togglePiP(),
    showControls: () => controls.showUI(),
    async destroy() {
      window.clearInterval(timer);
      endPreviews();
      element.removeEventListener("seeking", applyLimits);
      await ui.destroy();
    },
  };
}

/**
 * Pictures that the seek bar shows where the pointer is. The manifest names them, unless it was written before they were
 * made, or by a version that named none.
 */
function addPictures(player: shaka.Player, index: string | null): void {
  if (!index || player.getImageTracks().length > 0) return;
  // The seek bar still says the time.
  player.addThumbnailsTrack(new URL(index, location.href).href, "text/vtt").catch(() => {});
}

/** Chapters as a WebVTT track, which gives markers on the bar and a menu. A data: address needs no request. */
async function addChapters(player: shaka.Player, chapters: Chapter[], duration: number): Promise<void> {
  if (chapters.length === 0) return;
  const stamp = (seconds: number) => {
    const [minutes, rest] = [Math.floor(seconds / 60), (seconds % 60).toFixed(3).padStart(6, "0")];
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  };
  const cues = chapters.map((chapter, index) => {
    const end = chapter.end_time ?? chapters[index + 1]?.start_time ?? duration;
    const title = chapter.title.replaceAll("-->", "→").replaceAll("\n", " ") || clock(chapter.start_time);
    return `${stamp(chapter.start_time)} --> ${stamp(end)}\n${title}`;
  });
  const vtt = `WEBVTT\n\n${cues.join("\n\n")}\n`;
  try {
    await player.addChaptersTrack(`data:text/vtt;charset=utf-8,${encodeURIComponent(vtt)}`, "und", "text/vtt");
  } catch {
    // The list below the player still has them.
  }
}
