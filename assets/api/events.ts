/** Server-sent events. The browser reconnects by itself; a closed stream is reopened. */
import { at } from "../lib/base";
import { renew, toLogin } from "./session";
import type { Job, Pool, ProgressEvent } from "./types";

const REOPEN_MS = 5_000;
const MAX_IDS = 50;

type Handlers = {
  progress: (event: ProgressEvent) => void;
  /** On the dashboard: the job of a video that moved. */
  job?: (job: Job) => void;
  /** Beside `job`: the pools, at the start and when one is paused, goes on or waits for something else. */
  pools?: (pools: Pool[]) => void;
  /** A video is gone. */
  removed?: (videoId: number) => void;
  /** After an interruption: events may have been missed. */
  reconnected?: () => void;
};

/** Follows the given videos, or every active one (dashboard only). Returns the function that stops. */
export function followProgress(ids: number[] | "active", handlers: Handlers): () => void {
  const query = ids === "active" ? (handlers.job ? "?jobs=true" : "") : `?video_ids=${ids.slice(0, MAX_IDS).join(",")}`;
  const connected = (again: boolean | null) => { if (again) handlers.reconnected?.(); };
  const listeners = {
    progress: handlers.progress,
    job: (job: Job) => handlers.job?.(job),
    pools: ({ pools }: { pools: Pool[] }) => handlers.pools?.(pools),
    removed: ({ video_id: id }: { video_id: number }) => handlers.removed?.(id),
  };
  return follow(`/api/events/progress${query}`, listeners, connected, ids === "active");
}

type Listeners = Record<string, (data: never) => void>;

/**
 * Follows a stream: `listeners` by the names of its events, `connected` whenever it is open (again), or broke off
 * (`null`). One for whoever is logged in leads to the login when they are not any more.
 */
export function follow(path: string, listeners: Listeners, connected: (again: boolean | null) => void, loggedIn: boolean): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let interrupted = false;

  const open = () => {
    source = new EventSource(at(path));
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (message) => listener(JSON.parse((message as MessageEvent<string>).data) as never));
    }
    source.addEventListener("open", () => {
      connected(interrupted);
      interrupted = false;
    });
    source.addEventListener("error", () => {
      interrupted = true;
      connected(null);
      // CLOSED means that the browser gave up, for example after a 503, or a 401 on the dashboard.
      if (source?.readyState !== EventSource.CLOSED) return;
      if (loggedIn) void reopenLoggedIn();
      else timer = window.setTimeout(open, REOPEN_MS);
    });
  };
  /** The browser does not tell the status; asking who is there does. */
  const reopenLoggedIn = async () => {
    const loggedIn = await renew().catch(() => true);
    if (loggedIn) timer = window.setTimeout(open, REOPEN_MS);
    else toLogin();
  };
  const stop = () => {
    window.clearTimeout(timer);
    source?.close();
    source = null;
  };
  open();
  window.addEventListener("pagehide", stop, { once: true });
  return stop;
}
