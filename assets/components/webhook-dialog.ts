/** Adds or changes a webhook, and shows a secret once. Opened by `vlog-webhook-edit` and `vlog-webhook-secret`. */
import { asApiError, errorText } from "../api/client";
import type { Webhook } from "../api/types";
import { createWebhook, editWebhook } from "../api/webhooks";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { copyText } from "../lib/clipboard";
import { focusWhenShown } from "../lib/focus";

const BLANK = {
  id: "", name: "", url: "", origin: "", active: true, secret: "", copied: "", error: "", field: "", busy: false,
  chosen: [] as string[],
};
/** What most want to know. */
const USUAL = ["video.ready", "video.failed"];
const FIELDS: Record<string, string> = { name: "webhook-name", url: "webhook-url" };

export const webhookDialog = component(() => ({
  ...BLANK,
  choices: [] as { name: string; text: string }[],

  get title(): string {
    return this.id ? t.webhooks.editTitle : t.webhooks.add;
  },
  get titleId(): string {
    return this.secret ? "webhook-secret-title" : "webhook-title";
  },
  get yes(): string {
    return this.id ? t.webhooks.save : t.webhooks.create;
  },
  get urlHint(): string {
    return this.id ? t.webhooks.urlKept(this.origin) : t.webhooks.urlHint;
  },
  get secretTitle(): string {
    return t.webhooks.secretTitle(this.name);
  },

  open({ events, webhook }: { events: string[]; webhook: Webhook | null }) {
    const known = webhook && { id: webhook.id, name: webhook.name, origin: webhook.origin, active: webhook.active };
    Object.assign(this, BLANK, known, { chosen: [...(webhook?.events ?? USUAL)] });
    this.choices = events.map((name) => ({ name, text: t.webhooks.eventName[name] ?? name }));
    (this.$refs.dialog as HTMLDialogElement).showModal();
    focusWhenShown("webhook-name");
  },

  tell({ name, secret }: { name: string; secret: string }) {
    Object.assign(this, BLANK, { name, secret });
    (this.$refs.dialog as HTMLDialogElement).showModal();
    focusWhenShown("webhook-secret-title");
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  forget() {
    Object.assign(this, { secret: "", url: "" });
  },

  async save() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    const { id, active, chosen: events } = this;
    const [name, url] = [this.name.trim(), this.url.trim()];
    try {
      if (id) await this.change(id, { name, events, active, ...(url ? { url } : {}) });
      else await this.create({ name, url, events, active });
    } catch (error) {
      const problem = asApiError(error);
      this.error = errorText(problem);
      this.field = problem.field ?? "";
      focusWhenShown(FIELDS[this.field] ?? "webhook-name");
    } finally {
      this.busy = false;
    }
  },

  async change(id: string, edit: { name: string; events: string[]; active: boolean; url?: string }) {
    const webhook = await editWebhook(id, edit);
    window.dispatchEvent(new CustomEvent("vlog-webhook", { detail: webhook }));
    this.close();
    announce(t.webhooks.saved(webhook.name));
  },

  async create(wanted: { name: string; url: string; events: string[]; active: boolean }) {
    const { webhook, secret } = await createWebhook({ ...wanted, headers: {} });
    window.dispatchEvent(new CustomEvent("vlog-webhook", { detail: webhook }));
    this.secret = secret;
    focusWhenShown("webhook-secret-title");
  },

  async copy() {
    await copyText(this.secret);
    this.copied = t.watch.copied;
  },
}));
