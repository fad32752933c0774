/** The dashboard's header: the pages that one's role may see, and the menu of one's account. */
import { logOut } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { User } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { pageData } from "../lib/page-data";
import { viewerRoot } from "../lib/viewer";

export const adminNav = component(() => {
  const { user } = pageData<{ user: User }>();
  return {
    name: user?.display_name ?? "",
    role: t.account.roleName[user?.role ?? ""] ?? "",
    mayEdit: user?.role !== "viewer",
    isAdmin: user?.role === "admin",
    viewer: `${viewerRoot()}/`,
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
        location.assign("/login");
      } catch (error) {
        announce(errorText(asApiError(error)), true);
      }
    },
  };
});
