/** Adds an account, or sets the password or the shown name of one. Opened by `vlog-user-add`, `-password`, `-rename`. */
import { createUser, editUser } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { Role } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { focusWhenShown } from "../lib/focus";

type Doing = "add" | "password" | "rename";
const FIELDS: Record<string, string> = { username: "user-name", display_name: "user-shown" };
const BLANK = { id: "", name: "", display: "", role: "viewer" as Role, password: "", shown: false, keysToo: false, error: "", field: "", busy: false };

export const userDialogs = component(() => ({
  ...BLANK,
  doing: "add" as Doing,

  get adding(): boolean {
    return this.doing === "add";
  },
  get naming(): boolean {
    return this.doing !== "password";
  },
  get withPassword(): boolean {
    return this.doing !== "rename";
  },
  get title(): string {
    return { add: t.users.addTitle, password: t.users.resetTitle(this.name), rename: t.users.renameTitle(this.name) }[this.doing];
  },
  get yes(): string {
    return { add: t.users.create, password: t.users.resetYes, rename: t.users.renameYes }[this.doing];
  },
  get roleHint(): string {
    return t.account.roleHint[this.role] ?? "";
  },

  openAdd() {
    this.open({ doing: "add" });
  },

  openPassword(of: { id: string; name: string }) {
    this.open({ ...of, doing: "password" });
  },

  openRename(of: { id: string; name: string; display: string }) {
    this.open({ ...of, doing: "rename" });
  },

  open(what: { doing: Doing; id?: string; name?: string; display?: string }) {
    Object.assign(this, BLANK, what);
    void this.$nextTick(() => {
      (this.$refs.dialog as HTMLDialogElement).showModal();
      this.focus({ add: "username", password: "password", rename: "display_name" }[this.doing]);
    });
  },

  close() {
    this.password = "";
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  focus(field: string) {
    focusWhenShown(FIELDS[field] ?? "user-password");
  },

  async save() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    const { id, name, display, role, password, keysToo: revoke_api_keys } = this;
    try {
      if (this.adding) await createUser({ username: name, display_name: display.trim(), role, password });
      else await editUser(id, this.withPassword ? { password, revoke_api_keys } : { display_name: display.trim() || name });
      this.close();
      announce({ add: t.users.created, password: t.users.resetDone, rename: t.users.renamed }[this.doing](name));
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
