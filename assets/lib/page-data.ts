/** The first page of data, which the server writes into the page so that it needs no second request. */

export function pageData<T extends object>(): Partial<T> {
  const text = document.getElementById("page-data")?.textContent?.trim();
  if (!text) return {};
  try {
    return JSON.parse(text) as Partial<T>;
  } catch {
    return {};
  }
}
