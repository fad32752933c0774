/** The dashboard's page for addresses that lead nowhere. */
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("viewer", {});
