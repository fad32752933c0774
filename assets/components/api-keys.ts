/** One's API keys. A new one is shown once. */
import { createApiKey, listApiKeys, revokeApiKey } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { ApiKey } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { copyField } from "../lib/clipboard";
import { ago, longDate } from "../lib/format";
import { asOwner } from "../lib/owner";

const DAY_MS = 86_400_000;

function rowOf({ id, name, prefix, role, created_at, expires_at, last_used_at }: ApiKey) {
  const expired = expires_at !== null && Date.parse(expires_at) < Date.now();
  return {
    id,
    name,
    prefix: `vlog_${prefix}_…`,
    role: t.account.roleName[role],
    created: t.profile.created(ago(created_at)),
    used: last_used_at ? t.profile.keyUsed(ago(last_used_at)) : t.profile.keyUnused,
    expired,
    expires: expires_at ? (expired ? t.profile.expired : t.profile.expires)(longDate(expires_at)) : "",
    revokeLabel: t.profile.revokeNamed(name),
  };
}

type Row = ReturnType<typeof rowOf>;

export const apiKeys = component(() => ({
  rows: [] as Row[],
  loaded: false,
  name: "",
  days: "",
  busy: false,
  error: "",
  key: "",
  copied: false,

  init() {
    void this.load();
  },

  get copyLabel(): string {
    return this.copied ? t.watch.copied : t.watch.copy;
  },

  async load() {
    try {
      this.rows = (await listApiKeys()).map(rowOf);
      this.loaded = true;
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  async create() {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      const { create: title, ownerText: text, next2: yes } = t.profile;
      await asOwner({ title, text, yes, attempt: (password) => this.make(password) });
    } catch (error) {
      this.error = errorText(asApiError(error));
    } finally {
      this.busy = false;
    }
  },

  async make(password: string) {
    const expires_at = this.days ? new Date(Date.now() + Number(this.days) * DAY_MS).toISOString() : null;
    const { key } = await createApiKey({ name: this.name.trim(), expires_at, password });
    Object.assign(this, { key, name: "", copied: false });
    (this.$refs.dialog as HTMLDialogElement).showModal();
    await this.load();
  },

  async copy() {
    await copyField(this.$refs.key as HTMLInputElement);
    this.copied = true;
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  async revoke({ id, name }: Row) {
    const { revokeTitle: title, revokeText, revoke: yes, keep: no } = t.profile;
    if (!(await ask({ title, text: revokeText(name), yes, no, bad: true }))) return;
    try {
      await revokeApiKey(id);
      announce(t.profile.revoked(name));
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
    await this.load();
  },
}));
