/** The authenticator app: setting it up, its recovery codes, turning it off. */
import { beginTotp, confirmTotp, disableTotp, getFactors, renewRecoveryCodes } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { copyText } from "../lib/clipboard";
import { longDate } from "../lib/format";
import { askOwner } from "../lib/owner";

/** Fewer codes than this are too few. */
const FEW = 3;
const SECRETS = { qr: "", secret: "", url: "", code: "", problem: "" };

export const secondFactor = component(() => ({
  ...SECRETS,
  codes: [] as string[],
  copied: false,
  loaded: false,
  on: false,
  since: "",
  left: "",
  few: false,
  busy: false,
  error: "",

  init() {
    void this.load();
  },

  get copyLabel(): string {
    return this.copied ? t.watch.copied : t.watch.copy;
  },
  get file(): string {
    return `data:text/plain;charset=utf-8,${encodeURIComponent(t.profile.codesFileText(location.host, this.codes.join("\n")))}`;
  },

  async load() {
    try {
      const { has_password, totp_since, recovery_codes_left } = await getFactors();
      this.on = totp_since !== null;
      this.since = totp_since ? t.profile.totpSince(longDate(totp_since)) : "";
      this.left = t.profile.codesLeft(recovery_codes_left);
      this.few = recovery_codes_left < FEW;
      // A code goes with a password.
      this.loaded = has_password;
    } catch (error) {
      this.error = errorText(asApiError(error));
      this.loaded = true;
    }
  },

  begin() {
    const { totpBeginTitle: title, ownerText: text, next2: yes } = t.profile;
    askOwner({
      title,
      text,
      yes,
      attempt: async (password) => {
        const { qr_code: qr, secret, url } = await beginTotp(password);
        Object.assign(this, SECRETS, { qr, secret: secret.replace(/.{4}(?=.)/g, "$& "), url });
        void this.$nextTick(() => {
          (this.$refs.scan as HTMLDialogElement).showModal();
          document.getElementById("scan-code")?.focus();
        });
      },
    });
  },

  async confirm() {
    if (this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      const codes = await confirmTotp(this.code);
      this.closeScan();
      announce(t.profile.totpDone);
      await this.load();
      this.show(codes);
    } catch (error) {
      this.problem = errorText(asApiError(error));
      document.getElementById("scan-code")?.focus();
    } finally {
      this.busy = false;
    }
  },

  renew() {
    const { codesRenew: title, codesRenewText: text, codesRenewYes: yes } = t.profile;
    const attempt = async (password: string, code: string) => {
      const codes = await renewRecoveryCodes(password, code);
      await this.load();
      this.show(codes);
    };
    askOwner({ title, text, yes, withCode: true, attempt });
  },

  disable() {
    const { totpDisableTitle: title, totpDisableText: text, totpDisable: yes } = t.profile;
    const attempt = async (password: string, code: string) => {
      await disableTotp(password, code);
      announce(t.profile.totpDisabled);
      await this.load();
    };
    askOwner({ title, text, yes, withCode: true, attempt });
  },

  show(codes: string[]) {
    // The dialog before this one closes first, so that focus goes where it belongs.
    window.setTimeout(() => {
      Object.assign(this, { codes, copied: false });
      (this.$refs.codes as HTMLDialogElement).showModal();
    });
  },

  async copy() {
    await copyText(this.codes.join("\n"));
    this.copied = true;
  },

  closeScan() {
    (this.$refs.scan as HTMLDialogElement).close();
  },
  closeCodes() {
    (this.$refs.codes as HTMLDialogElement).close();
  },
  forgetScan() {
    Object.assign(this, SECRETS);
  },
  forgetCodes() {
    this.codes = [];
  },
}));
