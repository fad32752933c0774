/** An upload's entry in the queue, and what is shown of it. */
import type { ApiError } from "../api/client";
import { t } from "../i18n";
import { bytes, roughTime } from "../lib/format";

export type UploadState = "ready" | "waiting" | "uploading" | "finishing" | "done" | "failed" | "cancelled";

export type Entry = {
  id: number;
  title: string;
  fileName: string;
  size: number;
  state: UploadState;
  loaded: number;
  /** Bytes a second, smoothed. */
  rate: number;
  error: string;
  /** Nothing would be different the next time: the file itself is at fault. */
  hopeless: boolean;
  requestId: string;
  slug: string;
};

/** What goes with an entry but must not become reactive. */
export type Transfer = { file: File; cancel: () => void; sampleAt: number; sampleLoaded: number };

const SAMPLE_MS = 500;
/** Share of a new sample in the shown rate: calm enough to read, quick enough to be true. */
const SMOOTHING = 0.25;

/** "holiday_2024-07.mp4" -> "holiday 2024-07". */
export function titleFromName(name: string): string {
  const stem = name.replace(/\.[^.]{1,5}$/, "");
  return stem.replace(/_+/g, " ").replace(/\s+/g, " ").trim() || name;
}

export function measure(entry: Entry, transfer: Transfer, loaded: number, total: number): void {
  const now = performance.now();
  // The request's total has the form around the file; the file is what people know.
  entry.loaded = Math.min(entry.size, total > 0 ? Math.round((loaded / total) * entry.size) : loaded);
  entry.state = total > 0 && loaded >= total ? "finishing" : "uploading";
  if (now - transfer.sampleAt < SAMPLE_MS) return;
  const rate = ((loaded - transfer.sampleLoaded) * 1000) / (now - transfer.sampleAt);
  entry.rate = entry.rate === 0 ? rate : entry.rate + (rate - entry.rate) * SMOOTHING;
  transfer.sampleAt = now;
  transfer.sampleLoaded = loaded;
}

export function percentOf(entry: Entry): number {
  return entry.size > 0 ? Math.floor((entry.loaded / entry.size) * 100) : 0;
}

/** True when the server refused the file as such, and not for what happened on the way. */
export function isHopeless({ status, code }: ApiError): boolean {
  return [400, 413, 415, 422].includes(status) && code !== "broken_upload";
}

/** "12.4 MB of 80 MB · 3.1 MB/s · 22 s left" */
export function factsOf(entry: Entry): string {
  if (entry.state !== "uploading") return bytes(entry.size);
  const facts = [t.admin.ofSize(bytes(entry.loaded), bytes(entry.size))];
  if (entry.rate > 0) {
    facts.push(t.admin.rate(bytes(entry.rate)), t.admin.left(roughTime((entry.size - entry.loaded) / entry.rate)));
  }
  return facts.join(" · ");
}
