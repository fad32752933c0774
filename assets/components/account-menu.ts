/** The header of the public pages: who is logged in, and the way in or out. */
import { loginAddress, noteSession } from "../api/session";
import type { User } from "../api/types";
import { component } from "../lib/alpine";
import { pageData } from "../lib/page-data";
import { userMenu } from "./user-menu";

export const accountMenu = component(() => {
  const { user } = pageData<{ user: User | null }>();
  return {
    ...userMenu(user, "/"),
    known: Boolean(user),
    login: loginAddress(),

    init() {
      if (this.known) noteSession();
    },
  };
});
