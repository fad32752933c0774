/** The way in. */
import { renew, wasLoggedIn, wayBack } from "../api/session";
import { loginForm } from "../components/login-form";
import { networkNotice } from "../components/network";
import { themeToggle } from "../components/theme";
import { startPage } from "../lib/alpine";
import { pageData } from "../lib/page-data";

// A page of a private site sends here whoever comes without the short-lived cookie; the session may still be there.
const known = Boolean(pageData<{ user: object | null }>().user) || (wasLoggedIn() && (await renew().catch(() => false)));
// That an account elsewhere let nobody in is told to those who are logged in as well.
const failed = new URLSearchParams(location.search).has("error");
if (known && !failed) location.replace(wayBack());
else startPage({ loginForm, networkNotice, themeToggle });
