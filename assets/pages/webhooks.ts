/** Who is told what happens. */
import { confirmDialog } from "../components/confirm";
import { deliveries } from "../components/deliveries";
import { webhookDialog } from "../components/webhook-dialog";
import { webhooks } from "../components/webhooks";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("admin", { confirmDialog, deliveries, webhookDialog, webhooks });
