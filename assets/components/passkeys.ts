/** One's passkeys. */
import { beginPasskey, createPasskey, listPasskeys, removePasskey } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { Passkey } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { ago } from "../lib/format";
import { asOwner } from "../lib/owner";
import { isKnown, makePasskey, passkeysWork, wasCancelled } from "../lib/passkey";

function rowOf({ id, name, created_at, last_used_at }: Passkey) {
  return {
    id,
    name,
    created: t.profile.created(ago(created_at)),
    used: last_used_at ? t.profile.keyUsed(ago(last_used_at)) : t.profile.keyUnused,
    removeLabel: t.profile.passkeyRemoveNamed(name),
  };
}

type Row = ReturnType<typeof rowOf>;

export const passkeys = component(() => ({
  rows: [] as Row[],
  works: passkeysWork(),
  name: "",
  busy: false,
  error: "",

  init() {
    void this.load();
  },

  async load() {
    try {
      this.rows = (await listPasskeys()).map(rowOf);
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  async create() {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      const { passkeyAdd: title, ownerText: text, next2: yes } = t.profile;
      await asOwner({ title, text, yes, attempt: (password) => this.make(password) });
    } catch (error) {
      this.error = errorText(asApiError(error));
    } finally {
      this.busy = false;
    }
  },

  /** Fails when the server says no; what becomes of the browser's own dialog is told here. */
  async make(password: string) {
    const { options, ceremony } = await beginPasskey(password);
    let credential: unknown;
    try {
      credential = await makePasskey(options);
    } catch (error) {
      this.error = isKnown(error) ? t.profile.passkeyKnown : wasCancelled(error) ? t.profile.passkeyCancelled : String(error);
      return;
    }
    try {
      const name = this.name.trim();
      await createPasskey(name, ceremony, credential);
      this.name = "";
      announce(t.profile.passkeyAdded(name));
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
    await this.load();
  },

  async remove({ id, name }: Row) {
    const { passkeyRemoveTitle: title, passkeyRemoveText, passkeyRemove: yes, keep: no, ownerText } = t.profile;
    const text = passkeyRemoveText(name);
    const attempt = async (password: string) => {
      await removePasskey(id, password);
      announce(t.profile.passkeyRemoved(name));
      await this.load();
    };
    try {
      await asOwner({ title, text: `${text} ${ownerText}`, yes, attempt }, () => ask({ title, text, yes, no, bad: true }));
    } catch (error) {
      announce(errorText(asApiError(error)), true);
      await this.load();
    }
  },
}));
