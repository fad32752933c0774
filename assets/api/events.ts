/** Live progress over server-sent events. The browser reconnects by itself; a closed stream is reopened. */
import { renew, toLogin } from "./session";
import type { ProgressEvent } from "./types";

const REOPEN_MS = 5_000;
const MAX_IDS = 50;

type Handlers = {
  progress: (event: ProgressEvent) => void;
  /** After an interruption: events may have been missed. */
  reconnected?: () => void;
};

/** Follows the given videos, or every active one (dashboard only). Returns the function that stops. */
export function followProgress(ids: number[] | "active", handlers: Handlers): () => void {
  const query = ids === "active" ? "" : `?video_ids=${ids.slice(0, MAX_IDS).join(",")}`;
  let source: EventSource | null = null;
  let timer = 0;
  let interrupted = false;

  const open = () => {
    source = new EventSource(`/api/events/progress${query}`);
    source.addEventListener("progress", (message) => {
      handlers.progress(JSON.parse((message as MessageEvent<string>).data) as ProgressEvent);
    });
    source.addEventListener("open", () => {
      if (interrupted) handlers.reconnected?.();
      interrupted = false;
    });
    source.addEventListener("error", () => {
      interrupted = true;
      // CLOSED means that the browser gave up, for example after a 503, or a 401 on the dashboard.
      if (source?.readyState !== EventSource.CLOSED) return;
      if (ids === "active") void reopenLoggedIn();
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
