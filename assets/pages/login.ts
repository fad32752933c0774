/** The way in. */
import { wayBack } from "../api/session";
import { loginForm } from "../components/login-form";
import { networkNotice } from "../components/network";
import { themeToggle } from "../components/theme";
import { startPage } from "../lib/alpine";
import { pageData } from "../lib/page-data";

if (pageData<{ user: object | null }>().user) location.replace(wayBack());
else startPage({ loginForm, networkNotice, themeToggle });
