/** The ways to log in, for whoever logs in here: whom a proxy names, it knows in its own way. */
import type { User } from "../api/types";
import { component } from "../lib/alpine";
import { pageData } from "../lib/page-data";

export const loginWays = component(() => ({ own: pageData<{ user?: User }>().user?.has_session ?? false }));
