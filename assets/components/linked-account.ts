/** The account elsewhere that logs in to this one. */
import { getFactors, linkOidc, loginMethods, unlinkOidc } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { asOwner } from "../lib/owner";

export const linkedAccount = component(() => ({
  /** What the provider is called; empty: there is none. */
  provider: "",
  linked: null as string | null,
  error: "",

  init() {
    const code = new URLSearchParams(location.search).get("error");
    if (code) this.error = t.login.failed[code] ?? "";
    void this.load();
  },

  get text(): string {
    return this.linked ? t.profile.linkedTo(this.provider, this.linked) : t.profile.linkedNone(this.provider);
  },
  get linkLabel(): string {
    return t.profile.link(this.provider);
  },

  async load() {
    try {
      const [{ oidc }, { oidc_account }] = await Promise.all([loginMethods(), getFactors()]);
      Object.assign(this, { provider: oidc ?? "", linked: oidc_account });
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  async link() {
    const attempt = async (password: string) => location.assign((await linkOidc(password)).url);
    try {
      await asOwner({ title: this.linkLabel, text: t.profile.ownerText, yes: t.profile.next2, attempt });
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  async unlink() {
    const { unlinkTitle: title, unlinkText: text, unlink: yes, keep: no, ownerText } = t.profile;
    const attempt = async (password: string) => {
      await unlinkOidc(password);
      announce(t.profile.unlinked);
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
