/** The theme button. The system's preference holds until one chooses otherwise, and again after choosing it back. */
import { t } from "../i18n";
import { component } from "../lib/alpine";

const KEY = "vlog:theme";
const systemIsLight = matchMedia("(prefers-color-scheme: light)");

function currentIsLight(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "light" : systemIsLight.matches;
}

export const themeToggle = component(() => ({
  light: currentIsLight(),

  init() {
    systemIsLight.addEventListener("change", () => (this.light = currentIsLight()));
  },

  get label(): string {
    return this.light ? t.site.toDark : t.site.toLight;
  },

  toggle() {
    this.light = !this.light;
    const root = document.documentElement;
    if (this.light === systemIsLight.matches) delete root.dataset.theme;
    else root.dataset.theme = this.light ? "light" : "dark";
    try {
      if (root.dataset.theme) localStorage.setItem(KEY, root.dataset.theme);
      else localStorage.removeItem(KEY);
    } catch {
      // Lasts as long as the page then.
    }
  },
}));
