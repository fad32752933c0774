/** The watch page. The player comes in a chunk of its own. */
import { networkNotice } from "../components/network";
import { searchBox } from "../components/search-box";
import { shareDialog } from "../components/share";
import { shortcutsDialog } from "../components/shortcuts";
import { themeToggle } from "../components/theme";
import { watchPage } from "../components/watch";
import { startPage } from "../lib/alpine";

startPage({ networkNotice, searchBox, shareDialog, shortcutsDialog, themeToggle, watchPage });
