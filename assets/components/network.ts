/** Tells that the browser is offline, and when it is back. */
import { component } from "../lib/alpine";

export const networkNotice = component(() => ({
  offline: !navigator.onLine,

  init() {
    window.addEventListener("offline", () => (this.offline = true));
    window.addEventListener("online", () => (this.offline = false));
  },
}));
