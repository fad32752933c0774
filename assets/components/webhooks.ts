/** Those who are told what happens, live. */
import { asApiError, errorText } from "../api/client";
import type { Delivery, DeliveryDetail, Webhook, WebhookList } from "../api/types";
import { deleteWebhook, editWebhook, followWebhooks, rotateSecret, testWebhook } from "../api/webhooks";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { ago, dateTime } from "../lib/format";

/** Texts such as "2 minutes ago" are renewed this often. */
const RENEW_MS = 30_000;

function stateOf({ active, resting_until, failures, disabled_reason }: Webhook): [string, string] {
  if (!active) return [disabled_reason ? "badge-failed" : "", t.webhooks.state.off];
  if (resting_until) return ["badge-failed", t.webhooks.state.resting];
  return failures > 0 ? ["badge-processing", t.webhooks.state.failing] : ["badge-ready", t.webhooks.state.on];
}

function answerOf({ status, response_status, response_body, duration_ms, error }: DeliveryDetail) {
  const taken = status === "delivered";
  const took = duration_ms == null ? "" : t.webhooks.took(duration_ms);
  return {
    badge: taken ? "badge-ready" : "badge-failed",
    title: taken ? t.webhooks.testTaken : t.webhooks.testRefused,
    text: [taken ? t.webhooks.answered(response_status ?? 0) : error, took].filter(Boolean).join(" · "),
    body: response_body ?? "",
  };
}

function rowOf(webhook: Webhook, tried: DeliveryDetail | undefined) {
  const [badge, stateText] = stateOf(webhook);
  const { pending_deliveries: waiting, successful_deliveries: taken, failed_deliveries: failed } = webhook;
  const { last_success_at: success, last_failure_at: failure, resting_until: resting } = webhook;
  const inTrouble = failure && (!success || failure > success);
  return {
    id: webhook.id,
    name: webhook.name,
    origin: webhook.origin,
    active: webhook.active,
    managed: webhook.managed,
    badge,
    stateText,
    last: success ? t.webhooks.lastTaken(ago(success)) : t.webhooks.neverTaken,
    counts: t.webhooks.counts(taken, waiting, failed),
    headers: webhook.headers.length > 0 ? t.webhooks.withHeaders(webhook.headers.join(", ")) : "",
    trouble: webhook.disabled_reason
      ? t.webhooks.gone
      : resting
        ? t.webhooks.resting(webhook.failures, dateTime(resting))
        : inTrouble && webhook.active
          ? t.webhooks.failing(webhook.failures, ago(failure))
          : "",
    events: webhook.events.map((name) => ({ name, text: t.webhooks.eventName[name] ?? name })),
    toggleText: webhook.active ? t.webhooks.switchOff : t.webhooks.switchOn,
    answer: tried ? answerOf(tried) : null,
  };
}

export type Row = ReturnType<typeof rowOf>;

export const webhooks = component(() => ({
  list: null as WebhookList | null,
  tried: {} as Record<string, DeliveryDetail>,
  rows: [] as Row[],
  interrupted: false,
  busy: "",

  init() {
    followWebhooks(
      {
        initial: (list) => {
          this.list = list;
          this.show();
        },
        webhook: (webhook) => this.put(webhook),
        delivery: (delivery: Delivery) => window.dispatchEvent(new CustomEvent("vlog-delivery", { detail: delivery })),
      },
      (again) => {
        this.interrupted = again === null;
        if (again) window.dispatchEvent(new CustomEvent("vlog-deliveries"));
      },
    );
    window.addEventListener("vlog-webhook", (event) => this.put((event as CustomEvent<Webhook>).detail));
    window.setInterval(() => this.show(), RENEW_MS);
  },

  get loading(): boolean {
    return this.list === null;
  },
  get isEmpty(): boolean {
    return !this.loading && this.rows.length === 0;
  },
  get off(): boolean {
    return this.list?.enabled === false;
  },
  get summary(): string {
    return this.list ? t.webhooks.total(this.rows.length) : t.webhooks.loading;
  },

  put(webhook: Webhook) {
    if (!this.list) return;
    const known = this.list.webhooks.some(({ id }) => id === webhook.id);
    const all = this.list.webhooks.map((other) => (other.id === webhook.id ? webhook : other));
    this.list = { ...this.list, webhooks: known ? all : [...all, webhook] };
    this.show();
  },

  show() {
    if (!this.list) return;
    this.rows = this.list.webhooks.map((webhook) => rowOf(webhook, this.tried[webhook.id]));
    const choices = this.rows.map(({ id, name }) => ({ id, name }));
    window.dispatchEvent(new CustomEvent("vlog-webhooks", { detail: choices }));
  },

  find({ id }: Row): Webhook | undefined {
    return this.list?.webhooks.find((webhook) => webhook.id === id);
  },

  add() {
    window.dispatchEvent(new CustomEvent("vlog-webhook-edit", { detail: { events: this.list?.events ?? [], webhook: null } }));
  },
  edit(row: Row) {
    const detail = { events: this.list?.events ?? [], webhook: this.find(row) ?? null };
    window.dispatchEvent(new CustomEvent("vlog-webhook-edit", { detail }));
  },

  async test(row: Row) {
    await this.act(row, async () => {
      this.tried[row.id] = await testWebhook(row.id);
      this.show();
    });
  },

  async toggle(row: Row) {
    await this.act(row, async () => {
      this.put(await editWebhook(row.id, { active: !row.active }));
      announce((row.active ? t.webhooks.isOff : t.webhooks.isOn)(row.name));
    });
  },

  async rotate(row: Row) {
    const { rotateTitle: title, rotateText, rotate: yes } = t.webhooks;
    if (!(await ask({ title, text: rotateText(row.name), yes, no: t.account.cancel, bad: false }))) return;
    await this.act(row, async () => {
      const { secret } = await rotateSecret(row.id);
      window.dispatchEvent(new CustomEvent("vlog-webhook-secret", { detail: { name: row.name, secret } }));
    });
  },

  async remove(row: Row) {
    const { removeTitle: title, removeText, remove: yes } = t.webhooks;
    if (!(await ask({ title, text: removeText(row.name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(row, async () => {
      await deleteWebhook(row.id);
      announce(t.webhooks.removed(row.name));
    });
  },

  async act({ id }: Row, action: () => Promise<void>) {
    this.busy = id;
    try {
      await action();
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    } finally {
      this.busy = "";
    }
  },
}));
