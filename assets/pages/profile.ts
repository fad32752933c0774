/** One's own account, in the dashboard. */
import { ownAccount } from "../components/own-account";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("viewer", ownAccount);
