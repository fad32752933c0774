/** The menu of one's account in the header of every page: who is logged in, and the way out. */
import { logOut } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import { forgetSession } from "../api/session";
import type { User } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { at } from "../lib/base";

/** `afterwards` is the path of the page to go to once nobody is logged in. */
export const userMenu = (user: User | null | undefined, afterwards: string) =>
  component(() => ({
    name: user?.display_name ?? "",
    /** Whom a proxy names, it logs out itself. */
    hasSession: user?.has_session ?? false,
    role: t.account.roleName[user?.role ?? ""] ?? "",
    open: false,

    toggle() {
      this.open = !this.open;
    },

    /** By Escape: the focus goes back to the button. */
    escape() {
      if (!this.open) return;
      this.open = false;
      this.$refs.button?.focus();
    },

    async logOut() {
      try {
        await logOut();
        forgetSession();
        location.assign(at(afterwards));
      } catch (error) {
        announce(errorText(asApiError(error)), true);
      }
    },
  }))();
