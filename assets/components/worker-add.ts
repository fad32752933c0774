/** Makes a key for a machine, and shows it once with what to type there. Opened by `vlog-worker-add`. */
import { asApiError, errorText } from "../api/client";
import type { ServerPart } from "../api/types";
import { registerWorker } from "../api/workers";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { copyText } from "../lib/clipboard";
import { focusWhenShown } from "../lib/focus";

const BLANK = { name: "", key: "", address: "", local: false, error: "", copied: "", busy: false };

type Part = { title: string; text: string; copy: string; hint: string };

export const workerAdd = component(() => ({
  ...BLANK,

  get keyTitle(): string {
    return t.workers.keyTitle(this.name.trim());
  },
  get parts(): Part[] {
    const { key, address } = this;
    if (!key) return [];
    const part = (title: string, text: string, hint = "") => ({ title, text, copy: `${t.watch.copy}: ${title}`, hint });
    return [
      part(t.workers.key, key),
      part(t.workers.byHand, `VLOG_WORKER_API_KEY=${key} vlog worker --server ${address}`),
      part(t.workers.asService, `VLOG_WORKER_API_URL=${address}\nVLOG_WORKER_API_KEY=${key}`, t.workers.serviceHint),
    ];
  },

  open({ port, local }: ServerPart) {
    Object.assign(this, BLANK, { address: `http://${location.hostname}:${port}`, local });
    (this.$refs.dialog as HTMLDialogElement).showModal();
    focusWhenShown("worker-name");
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  forget() {
    this.key = "";
  },

  async create() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "" });
    try {
      this.key = (await registerWorker(this.name.trim())).key;
      focusWhenShown("worker-key-title");
    } catch (error) {
      this.error = errorText(asApiError(error));
      focusWhenShown("worker-name");
    } finally {
      this.busy = false;
    }
  },

  async copy({ text, title }: Part) {
    await copyText(text);
    this.copied = `${title}: ${t.watch.copied}`;
  },
}));
