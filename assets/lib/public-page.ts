/** Starts a page of the public site. Whoever was logged in a while ago is again, before anything is shown. */
import { renew, wasLoggedIn } from "../api/session";
import { accountMenu } from "../components/account-menu";
import { themeToggle } from "../components/theme";
import { toasts } from "../components/toasts";
import { startPage } from "./alpine";
import { pageData } from "./page-data";

export async function startPublicPage(components: Record<string, () => object>): Promise<void> {
  const { user } = pageData<{ user: object | null }>();
  // The page came without the short-lived cookie; the session may still be there, and show more.
  if (!user && wasLoggedIn() && (await renew().catch(() => false))) {
    location.reload();
    return;
  }
  startPage({ ...components, accountMenu, themeToggle, toasts });
}
