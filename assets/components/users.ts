/** All accounts: roles, switching off, passwords, deleting. What an account was asked for is told when it is done. */
import { deleteUser, editUser, endAccess, listUsers, resetFactors } from "../api/accounts";
import { asApiError, errorText, type ApiError } from "../api/client";
import type { Account, User } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { longDate } from "../lib/format";
import { pageData } from "../lib/page-data";

const ownId = pageData<{ user: User }>().user?.id;

function rowOf({ id, username: name, display_name, role, disabled, has_password, created_at }: Account, secondFactor: boolean) {
  return {
    id,
    name,
    shown: display_name === name ? "" : display_name,
    role,
    disabled,
    hasPassword: has_password,
    secondFactor,
    own: id === ownId,
    since: t.users.since(longDate(created_at)),
    roleLabel: t.users.roleOf(name),
    renameLabel: t.users.rename(name),
    resetLabel: t.users.reset(name),
    switchLabel: (disabled ? t.users.enable : t.users.disable)(name),
    factorsLabel: t.users.factors(name),
    endLabel: t.users.endAccess(name),
    removeLabel: t.users.remove(name),
  };
}

export type Row = ReturnType<typeof rowOf>;

export const users = component(() => ({
  rows: [] as Row[],
  error: null as ApiError | null,

  init() {
    void this.load();
  },

  get summary(): string {
    return this.rows.length > 0 ? t.users.total(this.rows.length) : "";
  },

  async load() {
    try {
      const { users, with_second_factor } = await listUsers();
      this.rows = users.map((user) => rowOf(user, with_second_factor.includes(user.id)));
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  },

  retry() {
    void this.load();
  },

  add() {
    window.dispatchEvent(new CustomEvent("vlog-user-add"));
  },

  reset({ id, name }: Row) {
    window.dispatchEvent(new CustomEvent("vlog-user-password", { detail: { id, name } }));
  },

  rename({ id, name, shown: display }: Row) {
    window.dispatchEvent(new CustomEvent("vlog-user-rename", { detail: { id, name, display } }));
  },

  async setRole({ id, name, role }: Row) {
    await this.act(() => editUser(id, { role }), t.users.roleSaved(name, t.account.roleName[role] ?? role));
  },

  async toggle({ id, name, disabled }: Row) {
    const { disableTitle: title, disableText, disableYes: yes } = t.users;
    if (!disabled && !(await ask({ title, text: disableText(name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(() => editUser(id, { disabled: !disabled }), (disabled ? t.users.enabledNow : t.users.disabledNow)(name));
  },

  async takeFactors({ id, name }: Row) {
    const { factorsTitle: title, factorsText, factorsYes: yes } = t.users;
    if (!(await ask({ title, text: factorsText(name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(() => resetFactors(id), t.users.factorsDone(name));
  },

  async endAll({ id, name }: Row) {
    const { endAccessTitle: title, endAccessText, endAccessYes: yes } = t.users;
    if (!(await ask({ title, text: endAccessText(name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(() => endAccess(id), t.users.endAccessDone(name));
  },

  async remove({ id, name }: Row) {
    const { removeTitle: title, removeText, removeYes: yes } = t.users;
    if (!(await ask({ title, text: removeText(name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(() => deleteUser(id), t.users.removed(name));
  },

  /** The list is read again either way: what was refused must not stay chosen. */
  async act(action: () => Promise<unknown>, done: string) {
    try {
      await action();
      announce(done);
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
    await this.load();
  },
}));
