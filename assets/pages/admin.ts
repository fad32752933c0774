/** The dashboard. */
import { confirmDialog } from "../components/confirm";
import { editDialog } from "../components/editor";
import { library } from "../components/library";
import { networkNotice } from "../components/network";
import { themeToggle } from "../components/theme";
import { toasts } from "../components/toasts";
import { uploader } from "../components/uploader";
import { viewerSite } from "../components/viewer-link";
import { startPage } from "../lib/alpine";

startPage({ confirmDialog, editDialog, library, networkNotice, themeToggle, toasts, uploader, viewerSite });
