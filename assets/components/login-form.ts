/**
 * Logging in: by password and, where an account has one, a second step; by passkey; with an account elsewhere. Buttons of
 * forms with secrets are disabled until this runs: sent by the browser itself, the password would stand in the address.
 */
import { beginPasskeyLogin, logIn, logInWithCode, logInWithPasskey, loginMethods, setupNeeded } from "../api/accounts";
import { ApiError, asApiError, errorText } from "../api/client";
import { wayBack } from "../api/session";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { at } from "../lib/base";
import { focusWhenShown } from "../lib/focus";
import { passkeysWork, showPasskey, wasCancelled } from "../lib/passkey";

export const loginForm = component(() => ({
  username: "",
  password: "",
  shown: false,
  busy: false,
  error: "",
  setupNeeded: false,
  passkeys: passkeysWork(),
  /** What the provider of accounts elsewhere is called; empty: there is none. */
  provider: "",
  /** Says that the password was right; empty: it is still to be given. */
  token: "",
  code: "",

  async init() {
    const failed = new URLSearchParams(location.search).get("error");
    if (failed) this.error = t.login.failed[failed] ?? t.login.failed.oidc_failed ?? "";
    // Whoever cannot be asked this cannot be asked to log in either, and says so then.
    this.setupNeeded = await setupNeeded().catch(() => false);
    this.provider = (await loginMethods().catch(() => ({ oidc: null }))).oidc ?? "";
  },

  /** Each form has a place for what went wrong. */
  get passwordError(): string {
    return this.token ? "" : this.error;
  },
  get codeError(): string {
    return this.token ? this.error : "";
  },
  get providerLabel(): string {
    return t.login.provider(this.provider);
  },
  get providerLink(): string {
    const { pathname, search } = new URL(wayBack(), location.origin);
    return `${at("/api/auth/oidc/start")}?next=${encodeURIComponent(pathname + search)}`;
  },

  async submit() {
    await this.work(async () => {
      await logIn(this.username, this.password);
      await this.enter();
    });
  },

  async sendCode() {
    await this.work(async () => {
      await logInWithCode(this.token, this.code);
      await this.enter();
    });
  },

  async withPasskey() {
    await this.work(async () => {
      const { options, ceremony } = await beginPasskeyLogin();
      try {
        await logInWithPasskey(ceremony, await showPasskey(options));
      } catch (error) {
        if (error instanceof ApiError) throw error;
        this.error = wasCancelled(error) ? t.login.passkeyCancelled : String(error);
        return;
      }
      await this.enter();
    });
  },

  /** Cookies that are for https only are dropped silently over http. */
  async enter() {
    if ((await fetch(at("/api/auth/me"))).ok) location.replace(wayBack());
    else this.error = t.login.noCookies;
  },

  again() {
    Object.assign(this, { token: "", code: "", error: "", password: "" });
    focusWhenShown("password");
  },

  async work(action: () => Promise<void>) {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      await action();
    } catch (error) {
      const problem = asApiError(error);
      if (problem.code === "second_factor_needed" && problem.loginToken) {
        Object.assign(this, { token: problem.loginToken, code: "" });
        focusWhenShown("code");
        return;
      }
      if (problem.code === "login_expired") this.again();
      this.error = errorText(problem);
      if (problem.code === "login_failed") focusWhenShown("password");
      if (problem.code === "wrong_code") focusWhenShown("code");
    } finally {
      this.busy = false;
    }
  },
}));
