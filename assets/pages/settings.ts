/** What an admin changes while vlog runs. */
import { settingsForm } from "../components/settings-form";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { settingsForm });
