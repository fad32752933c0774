/** The home page. */
import { networkNotice } from "../components/network";
import { searchBox } from "../components/search-box";
import { videoGrid } from "../components/video-grid";
import { startPublicPage } from "../lib/public-page";

void startPublicPage({ networkNotice, searchBox, videoGrid });
