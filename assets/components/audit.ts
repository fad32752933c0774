/** The audit log: filters, keyset paging, export of what the filters leave. */
import { auditExport, listAudit, type AuditQuery } from "../api/accounts";
import { asApiError, type ApiError } from "../api/client";
import type { AuditEntry } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { dateTime } from "../lib/format";

const PAGE_SIZE = 100;
const WAIT_MS = 300;
const NO_FILTER: AuditQuery = { actor: "", action: "", target: "", address: "", result: "", from: "", to: "" };

function rowOf({ id, time, actor, actor_kind, action, target, address, before, after, result }: AuditEntry) {
  const shown = (name: string, value: unknown) => (value ? [`${name}: ${JSON.stringify(value, null, 1).replace(/\n\s*/g, " ")}`] : []);
  return {
    id,
    iso: time,
    time: dateTime(time),
    actor: actor || "–",
    kind: t.audit.kind[actor_kind] ?? actor_kind,
    action,
    target: target ?? "–",
    address: address ?? "–",
    refused: result === "refused",
    result: result === "refused" ? t.audit.refused : t.audit.ok,
    changes: [...shown(t.audit.before, before), ...shown(t.audit.after, after)].join("\n"),
    showLabel: `${t.audit.show}: ${action}, ${dateTime(time)}`,
  };
}

/** What a field for date and time holds is local time; the API wants to know which. */
function instant(local: string): string {
  return local && !Number.isNaN(Date.parse(local)) ? new Date(local).toISOString() : "";
}

export const auditLog = component(() => ({
  rows: [] as ReturnType<typeof rowOf>[],
  query: { ...NO_FILTER },
  cursor: null as string | null,
  loading: true,
  error: null as ApiError | null,
  timer: 0,
  turn: 0,

  init() {
    void this.load(false);
  },

  get asked(): AuditQuery {
    const { actor, action, target, address, result, from, to } = this.query;
    const texts = { actor: actor.trim(), action: action.trim(), target: target.trim(), address: address.trim() };
    return { ...texts, result, from: instant(from), to: instant(to) };
  },
  get exportLink(): string {
    return auditExport(this.asked);
  },
  get summary(): string {
    return this.rows.length === 0 ? "" : `${t.audit.count(this.rows.length)}${this.cursor ? " +" : ""}`;
  },
  get isEmpty(): boolean {
    return !this.loading && !this.error && this.rows.length === 0;
  },
  /** To choose from: those seen so far. */
  get actions(): string[] {
    return [...new Set(this.rows.map(({ action }) => action))].sort();
  },

  typed() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(false), WAIT_MS);
  },

  reset() {
    this.query = { ...NO_FILTER };
    void this.load(false);
  },

  retry() {
    void this.load(false);
  },

  more() {
    void this.load(true);
  },

  async load(append: boolean) {
    const turn = ++this.turn;
    this.loading = true;
    this.error = null;
    try {
      const { entries, next_cursor } = await listAudit(this.asked, PAGE_SIZE, append ? this.cursor : null);
      if (turn !== this.turn) return;
      this.rows = append ? [...this.rows, ...entries.map(rowOf)] : entries.map(rowOf);
      this.cursor = next_cursor;
    } catch (error) {
      if (turn !== this.turn) return;
      if (!append) this.rows = [];
      this.error = asApiError(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  },
}));
