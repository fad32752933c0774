/** The search field of the header. On the home page it filters while one types, elsewhere it leads there. */
import { component } from "../lib/alpine";

const WAIT_MS = 250;
const TYPING = "input, textarea, select, [contenteditable]";

export const searchBox = component(() => ({
  text: new URLSearchParams(location.search).get("search") ?? "",
  timer: 0,

  init() {
    document.addEventListener("keydown", (event) => {
      const typing = (event.target as HTMLElement).closest(TYPING);
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.focus();
    });
    window.addEventListener("vlog-search-reset", () => this.clear());
    // What was typed before the script was there is in the field by now.
    const asked = this.text;
    this.$nextTick(() => this.text !== asked && this.typed());
  },

  focus() {
    const field = this.$refs.field as HTMLInputElement;
    field.focus();
    field.select();
  },

  typed() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.announce(), WAIT_MS);
  },

  submit(event: Event) {
    if (!this.isLive()) return;
    event.preventDefault();
    window.clearTimeout(this.timer);
    this.announce();
  },

  clear() {
    this.text = "";
    this.announce();
    this.$refs.field!.focus();
  },

  isLive(): boolean {
    return this.$root.dataset.live === "true";
  },

  announce() {
    if (this.isLive()) window.dispatchEvent(new CustomEvent("vlog-search", { detail: this.text.trim() }));
  },
}));
