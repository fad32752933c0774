/** The dashboard. */
import { confirmDialog } from "../components/confirm";
import { editDialog } from "../components/editor";
import { library } from "../components/library";
import { uploader } from "../components/uploader";
import { startAdminPage } from "../lib/admin-page";

void startAdminPage("editor", { confirmDialog, editDialog, library, uploader });
