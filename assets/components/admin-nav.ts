/** The dashboard's header: the pages that one's role may see, and the menu of one's account. */
import type { User } from "../api/types";
import { component } from "../lib/alpine";
import { pageData } from "../lib/page-data";
import { viewerRoot } from "../lib/viewer";
import { userMenu } from "./user-menu";

export const adminNav = component(() => {
  const { user } = pageData<{ user: User }>();
  return {
    ...userMenu(user, "/login"),
    mayEdit: user?.role !== "viewer",
    isAdmin: user?.role === "admin",
    viewer: `${viewerRoot()}/`,
  };
});
