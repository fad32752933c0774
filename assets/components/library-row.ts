/** A row of the dashboard's list, computed from an API item and updated by progress events. */
import type { ProgressEvent, VideoListItem, VideoStatus } from "../api/types";
import { t } from "../i18n";
import { ago, clock, longDate } from "../lib/format";
import { viewerLink } from "../lib/viewer";
import { encodingRows, stepText, type EncodingRow } from "./watch-view";

export type Row = {
  id: number;
  title: string;
  description: string;
  link: string;
  thumbnail: string;
  blur: Record<string, string>;
  duration: string;
  facts: string;
  date: string;
  status: VideoStatus;
  statusText: string;
  badge: string;
  /** A job runs or waits. */
  active: boolean;
  watchable: boolean;
  audioOnly: boolean;
  /** The pictures of the seek bar can be made. */
  mayHaveSprites: boolean;
  percent: number;
  barStyle: Record<string, string>;
  rungs: EncodingRow[];
  note: string;
  error: string;
  /** Empty for what everybody sees. */
  visibility: string;
};

export function rowOf(video: VideoListItem): Row {
  const row: Row = {
    id: video.id,
    title: video.title,
    description: video.description,
    link: viewerLink(video.slug),
    thumbnail: video.thumbnail_url ?? "",
    blur: video.placeholder ? { "background-image": `url("${video.placeholder}")` } : {},
    duration: video.duration > 0 ? clock(video.duration) : "",
    facts: [ago(video.created_at), video.audio_only ? t.card.audio : video.max_quality].filter(Boolean).join(" · "),
    date: longDate(video.created_at),
    audioOnly: video.audio_only,
    ...stateOf(video.status, video.progress_percent, Boolean(video.published_at), video.audio_only),
    rungs: [],
    note: "",
    error: video.error_message ?? "",
    visibility: video.visibility === "public" ? "" : t.sharing.name[video.visibility] ?? "",
  };
  return row;
}

function stateOf(status: VideoStatus, percent: number, published: boolean, audioOnly: boolean) {
  const active = status === "pending" || status === "processing" || status === "playable";
  return {
    status,
    statusText: t.admin.statusName[status] ?? status,
    badge: `badge-${status}`,
    active,
    watchable: status === "playable" || status === "ready" || (status === "failed" && published),
    mayHaveSprites: status === "ready" && !audioOnly,
    percent,
    barStyle: { width: `${percent}%` },
  };
}

export function applyProgress(row: Row, event: ProgressEvent): void {
  Object.assign(row, stateOf(event.status, event.progress_percent, event.playable, row.audioOnly));
  row.title = event.title;
  row.rungs = row.active ? encodingRows(event.qualities) : [];
  row.thumbnail = row.thumbnail || (event.thumbnail_url ?? "");
  if (event.duration > 0) row.duration = clock(event.duration);
  row.error = event.status === "failed" ? event.last_error ?? row.error : "";
  const facts = row.active ? [stepText(event)] : [];
  if (row.active && event.speed) facts.push(t.admin.speed(event.speed.toFixed(1)));
  if (row.active && event.attempt > 1) facts.push(t.admin.attempt(event.attempt, event.max_attempts));
  row.note = facts.filter(Boolean).join(" · ");
}
