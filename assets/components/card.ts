/** What a video card shows, computed once from an API item. */
import { t } from "../i18n";
import type { ProgressEvent, VideoListItem } from "../api/types";
import { at } from "../lib/base";
import { ago, clock, longDate } from "../lib/format";
import { watchedPercent } from "../lib/storage";

export type Card = {
  id: number;
  href: string;
  title: string;
  thumbnail: string;
  srcset: string;
  /** Upright pictures are shown whole, before their own blur. */
  letterbox: boolean;
  blur: Record<string, string>;
  duration: string;
  durationLabel: string;
  quality: string;
  age: string;
  date: string;
  busy: string;
  /** Not for everybody. */
  private: boolean;
  watched: number;
  watchedLabel: string;
  watchedStyle: Record<string, string>;
};

export function cardOf(video: VideoListItem): Card {
  const watched = watchedPercent(video.slug);
  const date = video.published_at ?? video.created_at;
  const length = clock(video.duration);
  return {
    id: video.id,
    href: at(`/watch/${encodeURIComponent(video.slug)}`),
    title: video.title,
    thumbnail: video.thumbnail_url ?? "",
    srcset: srcsetOf(video),
    letterbox: video.height > video.width,
    blur: video.placeholder ? { "background-image": `url("${video.placeholder}")` } : {},
    duration: video.duration > 0 ? length : "",
    durationLabel: t.card.duration(length),
    quality: video.audio_only ? t.card.audio : video.max_quality ?? "",
    age: ago(date),
    date: longDate(date),
    private: video.visibility === "private",
    busy: busyLabel(video.status, video.progress_percent),
    watched,
    watchedLabel: watched > 0 ? t.card.watched(watched) : "",
    watchedStyle: { width: `${watched}%` },
  };
}

export function busyLabel(status: VideoListItem["status"] | ProgressEvent["status"], percent: number): string {
  return status === "ready" || status === "failed" ? "" : t.card.processing(percent);
}

export function srcsetOf(video: Pick<VideoListItem, "thumbnails">): string {
  return video.thumbnails.map(({ width, url, webp_url }) => `${webp_url || url} ${width}w`).join(", ");
}
