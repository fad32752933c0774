/** Shaka Player with its UI library, in a chunk of its own that only the watch page loads. */
import type shakaTypes from "shaka-player/dist/shaka-player.ui-es2021.js";

export type Shaka = typeof shakaTypes;

export async function loadShaka(): Promise<Shaka> {
  const module = await import("shaka-player/dist/shaka-player.ui-es2021.js");
  const shaka = module.default as unknown as Shaka;
  shaka.polyfill.installAll();
  return shaka;
}
