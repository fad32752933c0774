/** Who did what. */
import { auditLog } from "../components/audit";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { auditLog });
