/** The watch page: loads the video, starts the player when there is something to play, follows the encoding. */
import { asApiError, getVideo, listVideos, type ApiError } from "../api/client";
import { followProgress } from "../api/events";
import type { ProgressEvent, Video, VideoPage } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { clock, longDate } from "../lib/format";
import { pageData } from "../lib/page-data";
import { recall, remember, resumeTime } from "../lib/storage";
import { listenForKeys } from "../player/keyboard";
import type { Playback } from "../player/playback";
import { cardOf, type Card } from "./card";
import { chapterRows, coverOf, encodingRows, stageRatio, startTimeFromAddress, stepText, type EncodingRow } from "./watch-view";

const RELATED_COUNT = 16;
const NOTICE_MS = 8_000;
const THEATRE_KEY = "vlog:theatre";

// Not reactive: proxies would break the player.
let playback: Playback | null = null;
let starting = false;
let latest: ProgressEvent | null = null;
let stopFollowing = () => {};

type Phase = "loading" | "missing" | "processing" | "playing" | "broken" | "failed";

export const watchPage = component(() => ({
  phase: "loading" as Phase,
  video: null as Video | null,
  error: null as ApiError | null,
  related: [] as Card[],
  rows: [] as EncodingRow[],
  percent: 0,
  step: "",
  waits: false,
  playError: "",
  resumedAt: "",
  expanded: false,
  long: false,
  chapter: -1,
  theatre: recall(THEATRE_KEY, false),

  init() {
    const data = pageData<{ video: Video; related: VideoPage }>();
    if (data.video) this.show(data.video);
    else void this.load();
    if (data.related) this.showRelated(data.related);
    else void this.loadRelated();
    listenForKeys({
      playback: () => playback,
      frameRate: () => this.video?.qualities[0]?.frame_rate || 30,
      duration: () => this.video?.duration ?? 0,
      theatre: () => this.toggleTheatre(),
      help: () => window.dispatchEvent(new CustomEvent("vlog-shortcuts")),
    });
  },

  get slug(): string {
    return decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
  },
  get date(): string {
    return this.video ? longDate(this.video.published_at ?? this.video.created_at) : "";
  },
  get chapters() {
    return chapterRows(this.video?.chapters ?? []);
  },
  get isCovered(): boolean {
    return this.phase !== "playing";
  },
  get isEncoding(): boolean {
    return this.phase === "playing" && this.rows.length > 0;
  },
  get endsEarly(): boolean {
    return this.phase === "playing" && this.video?.status === "failed";
  },
  get dial(): Record<string, string> {
    return { "stroke-dashoffset": String(100 - this.percent) };
  },
  get percentText(): string {
    return t.watch.percentDone(this.percent);
  },
  get cover(): Record<string, string> {
    return coverOf(this.video);
  },
  get stageStyle(): Record<string, string> {
    return { "--ratio": stageRatio(this.video, innerWidth < 640) };
  },
  get processingTitle(): string {
    return this.video?.status === "pending" ? t.watch.pendingTitle : t.watch.processingTitle;
  },
  get artwork(): string {
    return this.video?.audio_only ? this.video.thumbnail_url ?? "" : "";
  },
  get moreLabel(): string {
    return this.expanded ? t.watch.showLess : t.watch.showMore;
  },

  async load() {
    this.phase = "loading";
    this.error = null;
    try {
      this.show(await getVideo(this.slug));
    } catch (error) {
      this.error = asApiError(error);
      if (this.error.status === 404) this.phase = "missing";
    }
  },

  retry() {
    void this.load();
  },

  show(video: Video) {
    this.video = video;
    this.percent = video.progress_percent;
    this.rows = video.status === "ready" ? [] : encodingRows(video.qualities);
    void this.$nextTick(() => (this.long = this.$refs.description!.scrollHeight > this.$refs.description!.clientHeight + 4));
    if (video.stream_url || video.dash_url) void this.play();
    else if (video.status === "failed") this.phase = "failed";
    else this.phase = "processing";
    if (video.status !== "ready") this.follow(video.id);
  },

  follow(id: number) {
    stopFollowing();
    stopFollowing = followProgress([id], { progress: (event) => void this.onProgress(event) });
  },

  async onProgress(event: ProgressEvent) {
    const before = latest?.status ?? this.video?.status;
    latest = event;
    this.percent = event.progress_percent;
    this.step = stepText(event);
    this.rows = event.status === "ready" ? [] : encodingRows(event.qualities);
    playback?.progress(event);
    const nowPlayable = !playback && !starting && event.playable;
    if (nowPlayable || event.status !== before) await this.refresh();
    if (event.status === "ready") stopFollowing();
  },

  /** The details change with the state: addresses, qualities, captions. The running player goes on. */
  async refresh() {
    try {
      const video = await getVideo(this.slug);
      this.video = video;
      playback?.update(video);
      if (video.stream_url || video.dash_url) {
        if (!playback && !starting) await this.play();
      } else if (video.status === "failed" && !playback) this.phase = "failed";
    } catch {
      // The next event tries again.
    }
  },

  async play() {
    const video = this.video;
    if (!video || starting) return;
    starting = true;
    this.phase = "playing";
    this.playError = "";
    const asked = startTimeFromAddress();
    const resume = asked ?? resumeTime(video.slug);
    const growing = video.status !== "ready";
    const reached = Math.max(0, ...video.qualities.map(({ available_seconds }) => available_seconds));
    const startTime = growing ? Math.min(resume, Math.max(0, reached - 8)) : resume;
    try {
      const { startPlayer } = await import("./player");
      playback = await startPlayer(this.$refs.stage!, this.$refs.media as HTMLVideoElement, video, {
        startTime,
        format: new URLSearchParams(location.search).get("format") === "dash" ? "dash" : "hls",
        autoplay: true,
      }, {
        theatre: () => this.toggleTheatre(),
        failed: (code) => this.breakOff(code),
        waiting: (waits) => (this.waits = waits),
      });
      if (latest) playback.progress(latest);
      playback.element.addEventListener("timeupdate", () => this.markChapter());
      if (asked === null && startTime > 0) this.showResumed(startTime);
    } catch (error) {
      this.breakOff((error as { code?: number }).code ?? (error as Error).message);
    } finally {
      starting = false;
    }
  },

  breakOff(code: string | number) {
    this.phase = "broken";
    this.playError = t.watch.errorCode(code);
  },

  /** A page load is the one sure way to start afresh. */
  playAgain() {
    location.reload();
  },

  showResumed(time: number) {
    this.resumedAt = t.watch.resumed(clock(time));
    window.setTimeout(() => (this.resumedAt = ""), NOTICE_MS);
  },

  startOver() {
    this.resumedAt = "";
    this.seek(0);
  },

  seek(time: number) {
    if (!playback) return;
    playback.element.currentTime = Math.min(time, playback.seekEnd());
    void playback.element.play().catch(() => undefined);
  },

  seekChapter(time: number) {
    this.seek(time);
    this.$refs.stage!.scrollIntoView({ block: "nearest" });
  },

  markChapter() {
    const time = playback?.element.currentTime ?? 0;
    this.chapter = (this.video?.chapters ?? []).findLastIndex(({ start_time }) => start_time <= time + 0.25);
  },

  share() {
    const time = Math.floor(playback?.element.currentTime ?? 0);
    window.dispatchEvent(new CustomEvent("vlog-share", { detail: time }));
  },

  toggleTheatre() {
    this.theatre = !this.theatre;
    remember(THEATRE_KEY, this.theatre);
  },

  async loadRelated() {
    try {
      this.showRelated(await listVideos({ limit: RELATED_COUNT }));
    } catch {
      // The list is an extra; without it the page is still whole.
    }
  },

  showRelated(page: VideoPage) {
    this.related = page.videos.filter(({ slug }) => slug !== this.slug).slice(0, RELATED_COUNT).map(cardOf);
  },
}));
