/** What is being made. */
import { confirmDialog } from "../components/confirm";
import { jobList } from "../components/jobs";
import { poolStrip } from "../components/pools";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { confirmDialog, jobList, poolStrip });
