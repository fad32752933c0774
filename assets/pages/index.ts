/** The home page. */
import { networkNotice } from "../components/network";
import { searchBox } from "../components/search-box";
import { themeToggle } from "../components/theme";
import { videoGrid } from "../components/video-grid";
import { startPage } from "../lib/alpine";

startPage({ networkNotice, searchBox, themeToggle, videoGrid });
