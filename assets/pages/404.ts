/** The page for addresses that lead nowhere. */
import { searchBox } from "../components/search-box";
import { startPublicPage } from "../lib/public-page";

void startPublicPage({ searchBox });
