/** The dashboard's keys: `?` lists them, `g` and a letter open a page that one's role may see. */
import { component } from "../lib/alpine";

const TYPING = "input, textarea, select, [contenteditable]";
/** The second key must come this soon. */
const SECOND_KEY_MS = 1_500;

export const adminShortcuts = component(() => ({
  going: 0,

  init() {
    document.addEventListener("keydown", (event) => {
      const typing = (event.target as HTMLElement).closest(TYPING);
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!document.querySelector("dialog[open]") && this.press(event.key)) event.preventDefault();
    });
  },

  press(key: string): boolean {
    const second = Date.now() - this.going < SECOND_KEY_MS;
    this.going = key === "g" ? Date.now() : 0;
    if (key === "?") this.open();
    if (second) this.go(key);
    return key === "?" || second;
  },

  /** The links of the header carry their letter; hidden ones are not for this role. */
  go(letter: string) {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-key]")];
    links.find((link) => link.dataset.key === letter && link.style.display !== "none")?.click();
  },

  open() {
    (this.$refs.dialog as HTMLDialogElement).showModal();
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },
}));
