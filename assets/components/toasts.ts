/** Short messages at the bottom of the page, read out by screen readers. Errors stay longer. */
import { component } from "../lib/alpine";
import type { Toast } from "../lib/announce";

const SHOWN_MS = 5_000;
const SHOWN_BAD_MS = 12_000;
const AT_MOST = 4;

export const toasts = component(() => ({
  list: [] as (Toast & { id: number })[],
  next: 0,
  place: {} as Record<string, string>,

  init() {
    const bar = document.querySelector(".save-bar");
    if (!bar) return;
    new ResizeObserver(() => this.settle()).observe(bar);
    for (const event of ["scroll", "resize"]) window.addEventListener(event, () => this.settle(), { passive: true });
  },

  /** Above the bar at the bottom while there is one: it has as many lines as it needs, and ends where the page does. */
  settle() {
    const bar = document.querySelector<HTMLElement>(".save-bar");
    const below = bar?.offsetParent ? window.innerHeight - bar.getBoundingClientRect().top : 0;
    this.place = { "--toasts-bottom": below > 0 ? `calc(${below}px + 0.75rem)` : "1rem" };
  },

  add(toast: Toast) {
    this.settle();
    const id = this.next++;
    this.list = [...this.list, { ...toast, id }].slice(-AT_MOST);
    window.setTimeout(() => this.remove(id), toast.bad ? SHOWN_BAD_MS : SHOWN_MS);
  },

  remove(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  },
}));
