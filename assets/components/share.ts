/** The share dialog: the page's address, with the present time if wanted. */
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { copyField } from "../lib/clipboard";
import { clock } from "../lib/format";

const COPIED_MS = 2_500;

export const shareDialog = component(() => ({
  time: 0,
  withTime: false,
  copied: false,

  get link(): string {
    const address = new URL(location.pathname, location.origin);
    if (this.withTime) address.searchParams.set("t", String(this.time));
    return address.href;
  },
  get clock(): string {
    return clock(this.time);
  },
  get copyLabel(): string {
    return this.copied ? t.watch.copied : t.watch.copy;
  },

  open(time: number) {
    this.time = time;
    this.withTime = false;
    this.copied = false;
    (this.$refs.dialog as HTMLDialogElement).showModal();
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  async copy() {
    await copyField(this.$refs.link as HTMLInputElement);
    this.copied = true;
    window.setTimeout(() => (this.copied = false), COPIED_MS);
  },
}));
