/**
 * Staying logged in. The access cookie lasts ten minutes; the refresh cookie gets a new one and is good once, so tabs take
 * turns. A page that is left meanwhile still gets its answer (`keepalive`).
 */
import { recall, remember } from "../lib/storage";

import { at, BASE } from "../lib/base";

const LOCK = `vlog-refresh:${BASE}`;
/** Where 401 says that what was shown is not enough. */
const LOGGING_IN = ["/api/auth/login", "/api/auth/login/code", "/api/auth/login/passkey", "/api/auth/setup"];

/** When this browser last got an access cookie, which it cannot see itself. Cookies keep to the base path, and so does this. */
const SINCE_KEY = `vlog:session${BASE}`;
/** Public pages answer without a session, too, only with less: it is renewed before the cookie is gone. */
const RENEW_AFTER_MS = 9 * 60_000;

let renewing: Promise<boolean> | null = null;
let leaving = false;

/**
 * Like fetch, of a path of ours. A session that has to be renewed is, and the request is sent again; without one it is
 * off to log in.
 */
export async function fetchLoggedIn(path: string, init: RequestInit): Promise<Response> {
  const since = recall(SINCE_KEY, 0);
  if (since > 0 && Date.now() - since > RENEW_AFTER_MS && !LOGGING_IN.includes(path)) await renew().catch(() => false);
  const response = await fetch(at(path), init);
  if (response.status !== 401 || LOGGING_IN.includes(path)) return response;
  if (await renew()) return fetch(at(path), init);
  toLogin();
  return response;
}

/** Resolves to false when the session is over, fails when nobody can tell. */
export function renew(): Promise<boolean> {
  renewing ??= alone(async () => {
    // Another tab may have been quicker.
    const recent = Date.now() - recall(SINCE_KEY, 0) < RENEW_AFTER_MS;
    if (recent && (await fetch(at("/api/auth/me"))).ok) return true;
    const { ok, status } = await fetch(at("/api/auth/refresh"), { method: "POST", keepalive: true });
    if (!ok && status !== 401) throw new Error(`refresh: ${status}`);
    if (ok) rememberSession();
    else forgetSession();
    return ok;
  }).finally(() => (renewing = null));
  return renewing;
}

/** Without locks (plain http) two tabs may ask at once; the server gives both the same. */
async function alone(work: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

export function rememberSession(): void {
  remember(SINCE_KEY, Date.now());
}

/** For a session that was begun elsewhere: by an account of a provider, or on the other port. */
export function noteSession(): void {
  if (recall(SINCE_KEY, 0) === 0) rememberSession();
}

export function forgetSession(): void {
  remember(SINCE_KEY, 0);
}

/** True when the session may go on although the page came without it. */
export function wasLoggedIn(): boolean {
  return recall(SINCE_KEY, 0) > 0;
}

/** The way in, and back to this page. */
export function loginAddress(): string {
  return `${at("/login")}?next=${encodeURIComponent(location.pathname + location.search)}`;
}

export function toLogin(): void {
  if (leaving) return;
  leaving = true;
  location.assign(loginAddress());
}

/** Where to go after logging in: a page of ours, and nothing that a browser would take for another site. */
export function wayBack(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  try {
    const address = new URL(next, location.origin);
    // The whole address, because a path may begin with two slashes.
    if (next.startsWith("/") && address.origin === location.origin && isOurs(address.pathname)) return address.href;
  } catch {
    // Not an address.
  }
  return at("/");
}

function isOurs(path: string): boolean {
  return path.startsWith(`${BASE}/`) && path !== at("/login");
}
