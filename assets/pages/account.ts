/** One's own account, on the public site. */
import { toLogin, wasLoggedIn } from "../api/session";
import { networkNotice } from "../components/network";
import { ownAccount } from "../components/own-account";
import { searchBox } from "../components/search-box";
import { pageData } from "../lib/page-data";
import { startPublicPage } from "../lib/public-page";

if (pageData<{ user: object | null }>().user || wasLoggedIn()) void startPublicPage({ ...ownAccount, networkNotice, searchBox });
else toLogin();
