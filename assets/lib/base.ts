/** Where vlog lives on its site: scripts are in `assets` below it, so that each knows by its own address. */

/** Empty, or a path such as "/video". */
export const BASE = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** The address of a path of ours, such as "/login". Addresses in the server's answers are whole already. */
export const at = (path: string) => BASE + path;
