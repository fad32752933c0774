/** Changes one's own password. */
import { changePassword, getFactors } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { User } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { pageData } from "../lib/page-data";

export const passwordForm = component(() => ({
  /** For the password manager. */
  username: pageData<{ user: User }>().user?.username ?? "",
  /** False: the account logs in by other means only. */
  has: true,
  current: "",
  next: "",
  shown: false,
  keysToo: false,
  busy: false,
  error: "",
  field: "",

  async init() {
    this.has = await getFactors().then(({ has_password }) => has_password, () => true);
  },

  async submit() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    try {
      await changePassword(this.current, this.next, this.keysToo);
      if (this.keysToo) window.dispatchEvent(new CustomEvent("vlog-keys"));
      Object.assign(this, { current: "", next: "", shown: false, keysToo: false });
      announce(t.profile.changed);
      window.dispatchEvent(new CustomEvent("vlog-sessions"));
    } catch (error) {
      const problem = asApiError(error);
      this.error = errorText(problem);
      this.field = problem.field ?? "";
      if (this.field) document.getElementById(this.field)?.focus();
    } finally {
      this.busy = false;
    }
  },
}));
