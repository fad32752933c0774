/** Messages to one webhook, newest first. New ones, and what becomes of them, come by `vlog-delivery`. */
import { asApiError, errorText, type ApiError } from "../api/client";
import type { Delivery, DeliveryDetail } from "../api/types";
import { getDelivery, listDeliveries, retryDelivery } from "../api/webhooks";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { dateTime } from "../lib/format";

const PAGE_SIZE = 20;
const BADGES: Record<string, string> = { pending: "", sending: "badge-playable", delivered: "badge-ready", failed: "badge-failed" };

type Detail = { id: string; payload: string; answer: string; body: string };

function detailOf({ message_id, payload, response_body, response_status }: DeliveryDetail): Detail {
  return {
    id: message_id,
    payload: JSON.stringify(payload, null, 2),
    answer: response_status == null ? t.webhooks.noAnswer : t.webhooks.answered(response_status),
    body: response_body ?? "",
  };
}

function rowOf(delivery: Delivery, detail: Detail | null) {
  const { id, event, status, attempts, created_at, next_try_at, response_status, duration_ms, error } = delivery;
  const what = t.webhooks.eventName[event] ?? event;
  const facts = [
    attempts > 0 ? t.webhooks.attempts(attempts) : "",
    response_status == null ? "" : t.webhooks.answered(response_status),
    duration_ms == null ? "" : t.webhooks.took(duration_ms),
  ];
  return {
    id,
    status,
    what,
    statusText: t.webhooks.statusName[status] ?? status,
    badge: status === "pending" && attempts > 0 ? "badge-processing" : (BADGES[status] ?? ""),
    time: dateTime(created_at),
    facts: facts.filter(Boolean).join(" · "),
    next: next_try_at && attempts > 0 ? t.webhooks.nextTry(dateTime(next_try_at)) : "",
    error: status === "delivered" ? "" : (error ?? ""),
    mayRetry: status !== "sending",
    retryLabel: t.webhooks.retryOf(what, id),
    openLabel: t.webhooks.openOf(what, id),
    payloadLabel: t.webhooks.payload,
    answerLabel: t.webhooks.answer,
    open: detail !== null,
    detail,
  };
}

type Row = ReturnType<typeof rowOf>;

export const deliveries = component(() => ({
  webhooks: [] as { id: string; name: string }[],
  webhook: "",
  status: "",
  rows: [] as Row[],
  cursor: null as string | null,
  loading: true,
  busy: 0,
  /** Answers that come late are not shown. */
  turn: 0,
  error: null as ApiError | null,

  get isEmpty(): boolean {
    return this.webhooks.length > 0 && !this.loading && !this.error && this.rows.length === 0;
  },

  choose(webhooks: { id: string; name: string }[]) {
    const same = JSON.stringify(webhooks) === JSON.stringify(this.webhooks);
    if (same) return;
    this.webhooks = webhooks;
    if (webhooks.some(({ id }) => id === this.webhook)) return;
    this.webhook = webhooks[0]?.id ?? "";
    void this.load(false);
  },

  /** One that moved on out of what is shown stays, so that nothing jumps away under the pointer. */
  put(delivery: Delivery) {
    if (delivery.webhook_id !== this.webhook) return;
    const known = this.rows.find(({ id }) => id === delivery.id);
    if (!known && this.status && this.status !== delivery.status) return;
    const row = rowOf(delivery, known?.detail ?? null);
    this.rows = known ? this.rows.map((other) => (other.id === row.id ? row : other)) : [row, ...this.rows].sort((a, b) => b.id - a.id);
    if (known?.detail) void this.open(row);
  },

  more() {
    void this.load(true);
  },
  retry() {
    void this.load(false);
  },

  async load(append: boolean) {
    const turn = ++this.turn;
    this.error = null;
    if (!this.webhook) {
      this.rows = [];
      this.cursor = null;
      return;
    }
    this.loading = true;
    try {
      const page = await listDeliveries(this.webhook, this.status, PAGE_SIZE, append ? this.cursor : null);
      if (turn !== this.turn) return;
      const found = page.deliveries.map((delivery) => rowOf(delivery, null));
      this.rows = append ? [...this.rows, ...found] : found;
      this.cursor = page.next_cursor;
    } catch (error) {
      if (turn === this.turn) this.error = asApiError(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  },

  toggle(row: Row) {
    if (!row.open) void this.open(row);
    else this.replace({ ...row, open: false, detail: null });
  },

  async open({ id }: Row) {
    try {
      const delivery = await getDelivery(this.webhook, id);
      this.replace(rowOf(delivery, detailOf(delivery)));
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
  },

  replace(row: Row) {
    this.rows = this.rows.map((other) => (other.id === row.id ? row : other));
  },

  async again(row: Row) {
    this.busy = row.id;
    try {
      this.put(await retryDelivery(this.webhook, row.id));
      announce(t.webhooks.retried);
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    } finally {
      this.busy = 0;
    }
  },
}));
