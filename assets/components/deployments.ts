/** What happened to the programs of machines, newest first. New ones come by `vlog-deployment`. */
import { asApiError, type ApiError } from "../api/client";
import type { Deployment } from "../api/types";
import { listDeployments } from "../api/workers";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { dateTime } from "../lib/format";

const PAGE_SIZE = 20;
const BADGES: Record<string, string> = { pending: "", in_progress: "badge-processing", completed: "badge-ready", failed: "badge-failed" };

function rowOf({ id, worker_id, worker_name, event_type, old_version, new_version, status, triggered_by, details, created_at }: Deployment) {
  const own = worker_id == null;
  const changed = old_version && new_version && old_version !== new_version;
  return {
    id,
    iso: created_at,
    time: dateTime(created_at),
    name: own ? t.workers.server : worker_name,
    what: t.workers.eventName[event_type] ?? event_type,
    badge: BADGES[status] ?? "",
    status: t.workers.eventStatus[status] ?? status,
    details: details ?? "",
    version: changed ? `${old_version} → ${new_version}` : (new_version ?? old_version ?? "–"),
    by: event_type === "version_change" ? t.workers.byItself : triggered_by,
  };
}

type Row = ReturnType<typeof rowOf>;

export const deployments = component(() => ({
  rows: [] as Row[],
  cursor: null as string | null,
  loading: true,
  error: null as ApiError | null,

  init() {
    void this.load(false);
  },

  get isEmpty(): boolean {
    return !this.loading && !this.error && this.rows.length === 0;
  },

  put(event: Deployment) {
    const row = rowOf(event);
    const known = this.rows.some(({ id }) => id === row.id);
    this.rows = known ? this.rows.map((other) => (other.id === row.id ? row : other)) : [row, ...this.rows];
  },

  more() {
    void this.load(true);
  },
  retry() {
    void this.load(false);
  },

  async load(append: boolean) {
    this.loading = true;
    this.error = null;
    try {
      const { events, next_cursor } = await listDeployments(PAGE_SIZE, append ? this.cursor : null);
      this.rows = append ? [...this.rows, ...events.map(rowOf)] : events.map(rowOf);
      this.cursor = next_cursor;
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.loading = false;
    }
  },
}));
