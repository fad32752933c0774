/** Adds an account, or sets the password of one. Opened by `vlog-user-add` and `vlog-user-password`. */
import { createUser, editUser } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { Role } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";

const BLANK = { id: "", name: "", display: "", role: "viewer" as Role, password: "", shown: false, error: "", field: "", busy: false };

export const userDialogs = component(() => ({
  ...BLANK,
  adding: true,

  get title(): string {
    return this.adding ? t.users.addTitle : t.users.resetTitle(this.name);
  },
  get yes(): string {
    return this.adding ? t.users.create : t.users.resetYes;
  },
  get roleHint(): string {
    return t.account.roleHint[this.role] ?? "";
  },

  openAdd() {
    this.open({ adding: true });
  },

  openPassword(of: { id: string; name: string }) {
    this.open({ ...of, adding: false });
  },

  open(what: { adding: boolean; id?: string; name?: string }) {
    Object.assign(this, BLANK, what);
    void this.$nextTick(() => {
      (this.$refs.dialog as HTMLDialogElement).showModal();
      this.focus(this.adding ? "username" : "password");
    });
  },

  close() {
    this.password = "";
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  focus(field: string) {
    document.getElementById(field === "username" ? "user-name" : "user-password")?.focus();
  },

  async save() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    const { id, name, display, role, password } = this;
    try {
      if (this.adding) await createUser({ username: name, display_name: display.trim(), role, password });
      else await editUser(id, { password });
      this.close();
      announce((this.adding ? t.users.created : t.users.resetDone)(name));
      window.dispatchEvent(new CustomEvent("vlog-users"));
    } catch (error) {
      const problem = asApiError(error);
      this.error = errorText(problem);
      this.field = problem.code === "username_taken" ? "username" : (problem.field ?? "");
      if (this.field) this.focus(this.field);
    } finally {
      this.busy = false;
    }
  },
}));
