/** One's own account: password, sessions, API keys. */
import { apiKeys } from "../components/api-keys";
import { confirmDialog } from "../components/confirm";
import { passwordForm } from "../components/password-form";
import { sessions } from "../components/sessions";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("viewer", { apiKeys, confirmDialog, passwordForm, sessions });
