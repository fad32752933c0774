/**
 * Staying logged in. The access cookie lasts ten minutes; the refresh cookie gets a new one and is good once, so that
 * tabs must not use it at the same time.
 */

const LOCK = "vlog-refresh";
/** Where 401 says that the password is wrong. */
const LOGGING_IN = ["/api/auth/login", "/api/auth/setup"];
/** Tabs without locks (plain http) wait so long at most, each a time of its own. */
const APART_MS = 1_500;

let renewing: Promise<boolean> | null = null;
let leaving = false;

/** Like fetch. A session that has to be renewed is, and the request is sent again; without one it is off to log in. */
export async function fetchLoggedIn(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init);
  if (response.status !== 401 || LOGGING_IN.includes(path)) return response;
  if (await renew()) return fetch(path, init);
  toLogin();
  return response;
}

/** Resolves to false when the session is over, fails when nobody can tell. */
export function renew(): Promise<boolean> {
  renewing ??= alone(async () => {
    // Another tab may have been quicker.
    if ((await fetch("/api/auth/me")).ok) return true;
    const { ok, status } = await fetch("/api/auth/refresh", { method: "POST" });
    if (!ok && status !== 401) throw new Error(`refresh: ${status}`);
    return ok;
  }).finally(() => (renewing = null));
  return renewing;
}

async function alone(work: () => Promise<boolean>): Promise<boolean> {
  if (navigator.locks) return navigator.locks.request(LOCK, work);
  await new Promise((resolve) => window.setTimeout(resolve, Math.random() * APART_MS));
  return work();
}

export function toLogin(): void {
  if (leaving) return;
  leaving = true;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Where to go after logging in: a path on this site, and nothing that a browser would take for another one. */
export function wayBack(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  try {
    const address = new URL(next, location.origin);
    // The whole address, because a path may begin with two slashes.
    if (next.startsWith("/") && address.origin === location.origin && address.pathname !== "/login") return address.href;
  } catch {
    // Not an address.
  }
  return "/";
}
