/** Captions that Shaka would not show by itself: chosen late, or made late. */
import type shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import type { Video } from "../api/types";

export function followCaptions(player: shaka.Player): { add(tracks: Video["text_tracks"]): void } {
  let woken = false;
  // Shaka 5.2 loads no text of a film that was buffered to its end before any was chosen. Once chosen it goes on.
  const wake = () => {
    const [first, ...others] = player.getTextTracks();
    if (!first || woken) return;
    woken = true;
    if ([first, ...others].some(({ active }) => active)) return;
    player.selectTextTrack(first);
    player.selectTextTrack(null);
  };
  player.addEventListener("trackschanged", wake);
  wake();
  let added = false;
  return {
    /** Those that were not in the manifest yet when it was loaded. */
    add(tracks) {
      if (added || tracks.length === 0 || player.getTextTracks().length > 0) return;
      added = true;
      for (const { url, language, label } of tracks) {
        const address = new URL(url, location.href).href;
        // Whoever loads the page anew gets them with the manifest.
        player.addTextTrackAsync(address, language ?? "und", "subtitles", "text/vtt", undefined, label).catch(() => undefined);
      }
    },
  };
}
