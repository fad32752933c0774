/** Logging in. */
import { logIn, setupNeeded } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import { wayBack } from "../api/session";
import { t } from "../i18n";
import { component } from "../lib/alpine";

export const loginForm = component(() => ({
  username: "",
  password: "",
  shown: false,
  busy: false,
  error: "",
  setupNeeded: false,

  async init() {
    // Whoever cannot be asked this cannot be asked to log in either, and says so then.
    this.setupNeeded = await setupNeeded().catch(() => false);
  },

  async submit() {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      await logIn(this.username, this.password);
      // Cookies that are for https only are dropped silently over http.
      if ((await fetch("/api/auth/me")).ok) location.replace(wayBack());
      else this.error = t.login.noCookies;
    } catch (error) {
      const problem = asApiError(error);
      this.error = errorText(problem);
      if (problem.code === "login_failed") document.getElementById("password")?.focus();
    } finally {
      this.busy = false;
    }
  },
}));
