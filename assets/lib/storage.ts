/** What this browser remembers: watched positions and player settings. Works without storage too. */

const WATCHED_KEY = "vlog:watched";
const WATCHED_LIMIT = 400;
/** Shorter than this is a peek, and past this share the video counts as seen. */
const RESUME_FROM_SECONDS = 10;
const SEEN_SHARE = 0.95;

type Watched = { time: number; duration: number; at: number };

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Private window or full: the page works on, it only forgets.
  }
}

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function saveWatched(slug: string, time: number, duration: number): void {
  const all = recall<Record<string, Watched>>(WATCHED_KEY, {});
  all[slug] = { time, duration, at: Date.now() };
  const newest = Object.entries(all).sort((a, b) => b[1].at - a[1].at);
  remember(WATCHED_KEY, Object.fromEntries(newest.slice(0, WATCHED_LIMIT)));
}

/** Share watched, 0 to 100. */
export function watchedPercent(slug: string): number {
  const entry = recall<Record<string, Watched>>(WATCHED_KEY, {})[slug];
  if (!entry || entry.duration <= 0) return 0;
  const share = entry.time / entry.duration;
  return share >= SEEN_SHARE ? 100 : Math.round(share * 100);
}

/** Where to go on, or 0 to begin at the start. */
export function resumeTime(slug: string): number {
  const entry = recall<Record<string, Watched>>(WATCHED_KEY, {})[slug];
  if (!entry || entry.time < RESUME_FROM_SECONDS) return 0;
  return entry.duration > 0 && entry.time / entry.duration >= SEEN_SHARE ? 0 : entry.time;
}
