/** All accounts. */
import { confirmDialog } from "../components/confirm";
import { userDialogs } from "../components/user-dialogs";
import { users } from "../components/users";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { confirmDialog, userDialogs, users });
