/** Short messages at the bottom of the page, read out by screen readers. Errors stay longer. */
import { component } from "../lib/alpine";
import type { Toast } from "../lib/announce";

const SHOWN_MS = 5_000;
const SHOWN_BAD_MS = 12_000;
const AT_MOST = 4;

export const toasts = component(() => ({
  list: [] as (Toast & { id: number })[],
  next: 0,

  add(toast: Toast) {
    const id = this.next++;
    this.list = [...this.list, { ...toast, id }].slice(-AT_MOST);
    window.setTimeout(() => this.remove(id), toast.bad ? SHOWN_BAD_MS : SHOWN_MS);
  },

  remove(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  },
}));
