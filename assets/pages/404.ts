/** The page for addresses that lead nowhere. */
import { searchBox } from "../components/search-box";
import { themeToggle } from "../components/theme";
import { startPage } from "../lib/alpine";

startPage({ searchBox, themeToggle });
