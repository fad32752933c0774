/** Links from the dashboard to the public site, which listens elsewhere. */
import { pageData } from "./page-data";

const PUBLIC_PORT = 9000;

export function viewerRoot(): string {
  const configured = pageData<{ public_url: string }>().public_url;
  return configured ? configured.replace(/\/+$/, "") : `//${location.hostname}:${PUBLIC_PORT}`;
}

export function viewerLink(slug: string): string {
  return `${viewerRoot()}/watch/${encodeURIComponent(slug)}`;
}
