/** The watch page. The player comes in a chunk of its own. */
import { networkNotice } from "../components/network";
import { searchBox } from "../components/search-box";
import { shareDialog } from "../components/share";
import { shortcutsDialog } from "../components/shortcuts";
import { watchPage } from "../components/watch";
import { startPublicPage } from "../lib/public-page";

void startPublicPage({ networkNotice, searchBox, shareDialog, shortcutsDialog, watchPage });
