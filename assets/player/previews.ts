/**
 * The pictures that Shaka shows on the seek bar. It asks for them by itself, past its own filters, by the addresses of the time
 * when the film was loaded; those of a private video may be over by now.
 */
import type { MediaLink } from "./media-link";

const PICTURE = "img.shaka-player-ui-thumbnail-image";

/** Returns what ends it. */
export function keepPreviewsFresh(stage: HTMLElement, link: MediaLink): () => void {
  const follow = (picture: HTMLImageElement) => {
    const renew = () => {
      const address = link.rewrite(picture.src);
      if (address !== picture.src) picture.src = address;
    };
    picture.addEventListener("error", () => void link.refused().then((again) => again && renew()));
    void link.fresh().then(renew);
  };
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof HTMLImageElement && node.matches(PICTURE) && node.src) follow(node);
    }
  });
  observer.observe(stage, { childList: true, subtree: true });
  return () => observer.disconnect();
}
