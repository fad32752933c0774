/** The way from the dashboard to the public site. */
import { component } from "../lib/alpine";
import { viewerRoot } from "../lib/viewer";

export const viewerSite = component(() => ({ address: `${viewerRoot()}/` }));
