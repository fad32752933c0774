/** The first account. */
import { networkNotice } from "../components/network";
import { setupForm } from "../components/setup-form";
import { themeToggle } from "../components/theme";
import { startPage } from "../lib/alpine";

startPage({ networkNotice, setupForm, themeToggle });
