/** What an admin changes while vlog runs. */
import { networkNotice } from "../components/network";
import { settingsForm } from "../components/settings-form";
import { themeToggle } from "../components/theme";
import { toasts } from "../components/toasts";
import { viewerSite } from "../components/viewer-link";
import { startPage } from "../lib/alpine";

startPage({ networkNotice, settingsForm, themeToggle, toasts, viewerSite });
