/** Starts a page of the dashboard: for whoever is logged in and may see it. Others are sent to log in, or told. */
import { renew, toLogin } from "../api/session";
import type { Role, User } from "../api/types";
import { adminNav } from "../components/admin-nav";
import { adminShortcuts } from "../components/admin-shortcuts";
import { networkNotice } from "../components/network";
import { themeToggle } from "../components/theme";
import { toasts } from "../components/toasts";
import { viewerSite } from "../components/viewer-link";
import { startPage } from "./alpine";
import { pageData } from "./page-data";

const ROLES: Role[] = ["viewer", "editor", "admin"];

export function may(user: User, least: Role): boolean {
  return ROLES.indexOf(user.role) >= ROLES.indexOf(least);
}

export async function startAdminPage(least: Role, components: Record<string, () => object>): Promise<void> {
  const { user } = pageData<{ user: User | null }>();
  if (!user) {
    // The page itself came without the short-lived cookie; the session may still be there.
    if (await renew().catch(() => false)) location.reload();
    else toLogin();
    return;
  }
  const content = document.getElementById("content");
  if (may(user, least)) {
    content?.removeAttribute("hidden");
  } else {
    content?.remove();
    document.getElementById(may(user, "editor") ? "denied-admin" : "denied")?.removeAttribute("hidden");
  }
  startPage({ ...components, adminNav, adminShortcuts, networkNotice, themeToggle, toasts, viewerSite });
}
