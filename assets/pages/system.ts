/** How the server is. */
import { systemReport } from "../components/system";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { systemReport });
