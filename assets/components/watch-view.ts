/** What the watch page shows, computed from API data; no state. */
import type { Chapter, ProgressEvent, QualityProgress, Video } from "../api/types";
import { t } from "../i18n";
import { clock, roughTime } from "../lib/format";

export type EncodingRow = { name: string; text: string; style: Record<string, string> };

/** Rungs that are not done yet, with their bars. */
export function encodingRows(qualities: QualityProgress[]): EncodingRow[] {
  return qualities
    .filter(({ status }) => status === "pending" || status === "in_progress")
    .map(({ name, progress }) => ({ name, text: t.watch.percentDone(progress), style: { width: `${progress}%` } }));
}

export function stepText(event: ProgressEvent): string {
  if (event.waiting_reason) return t.watch.waiting[event.waiting_reason] ?? t.watch.waitingOther;
  const step = (event.current_step && t.watch.step[event.current_step]) || "";
  const left = event.eta_seconds ? t.watch.left(roughTime(event.eta_seconds)) : "";
  return [step, left].filter(Boolean).join(" · ");
}

export type ChapterRow = { id: number; title: string; time: number; clock: string };

export function chapterRows(chapters: Chapter[]): ChapterRow[] {
  return chapters.map(({ id, title, start_time }) => ({ id, title, time: start_time, clock: clock(start_time) }));
}

/**
 * The player's shape: 16:9 for anything near it, the video's own up to 2.4:1. An upright video keeps a
 * 16:9 stage on wide screens, with bars at its sides; on a phone the stage grows upright too.
 */
export function stageRatio(video: Video | null, phone: boolean): string {
  if (!video || video.width <= 0 || video.height <= 0) return "16 / 9";
  const ratio = video.width / video.height;
  if (ratio < 1) return phone ? String(Math.max(ratio, 0.7)) : "16 / 9";
  return String(Math.min(2.4, Math.max(16 / 9, ratio)));
}

export function coverOf(video: Video | null): Record<string, string> {
  const picture = video?.thumbnail_url ?? video?.placeholder;
  return picture ? { "background-image": `url("${picture}")` } : {};
}

/** `?t=90`, `?t=90s`, `?t=1m30s` or `?t=1:30`; null without one. */
export function startTimeFromAddress(): number | null {
  const text = new URLSearchParams(location.search).get("t");
  if (!text) return null;
  if (/^\d+(\.\d+)?s?$/.test(text)) return parseFloat(text);
  if (/^\d+(:\d{1,2}){1,2}$/.test(text)) return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  const [, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  if (!hours && !minutes && !seconds) return null;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}
