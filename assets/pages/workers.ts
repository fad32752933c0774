/** The machines that lend their CPU. */
import { confirmDialog } from "../components/confirm";
import { deployments } from "../components/deployments";
import { workerAdd } from "../components/worker-add";
import { workers } from "../components/workers";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { confirmDialog, deployments, workerAdd, workers });
