/** Keys as on YouTube, on the whole page, unless one is typing or a dialog is open. */
import type { Playback } from "./playback";

export type KeyActions = {
  playback: () => Playback | null;
  frameRate: () => number;
  /** Seconds of the whole video, also while it grows. */
  duration: () => number;
  theatre: () => void;
  help: () => void;
};

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const TYPING = "input:not([type=range]), textarea, select, [contenteditable]";

export function listenForKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      actions.help();
      event.preventDefault();
      return;
    }
    const playback = actions.playback();
    if (playback && handle(event, target, playback, actions)) {
      playback.showControls();
      event.preventDefault();
    }
  });
}

function handle(event: KeyboardEvent, target: HTMLElement, playback: Playback, actions: KeyActions): boolean {
  const { element } = playback;
  const seek = (time: number) => (element.currentTime = Math.min(Math.max(0, time), playback.seekEnd()));
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const inMenu = target.closest(".shaka-overflow-menu, .shaka-sub-menu") !== null;
  // Outside the player these keys scroll the page.
  const inStage = target.closest(".stage") !== null || document.fullscreenElement !== null;
  const onSlider = target.matches(".shaka-volume-bar");

  if (/^[0-9]$/.test(key)) {
    seek((actions.duration() * Number(key)) / 10);
    return true;
  }
  switch (key) {
    case " ":
      // A focused button or link keeps its own space bar.
      if (target.closest("button, a, summary, [role=button]")) return false;
      togglePlay(element);
      return true;
    case "k":
      togglePlay(element);
      return true;
    case "j":
      seek(element.currentTime - 10);
      return true;
    case "l":
      seek(element.currentTime + 10);
      return true;
    case "ArrowLeft":
    case "ArrowRight":
      if (onSlider) return false;
      seek(element.currentTime + (key === "ArrowLeft" ? -5 : 5));
      return true;
    case "ArrowUp":
    case "ArrowDown":
      if (!inStage || inMenu || onSlider) return false;
      element.volume = Math.min(1, Math.max(0, element.volume + (key === "ArrowUp" ? 0.05 : -0.05)));
      return true;
    case "Home":
    case "End":
      if (!inStage) return false;
      seek(key === "Home" ? 0 : playback.seekEnd());
      return true;
    case "m":
      element.muted = !element.muted;
      return true;
    case "c":
      return playback.toggleCaptions();
    case "f":
      playback.toggleFullscreen();
      return true;
    case "i":
      playback.togglePip();
      return true;
    case "t":
      actions.theatre();
      return true;
    case "<":
    case ">":
      playback.setSpeed(nextSpeed(playback.speed(), key === ">" ? 1 : -1));
      return true;
    case ",":
    case ".":
      if (!element.paused) return false;
      seek(element.currentTime + (key === "," ? -1 : 1) / actions.frameRate());
      return true;
    default:
      return false;
  }
}

function togglePlay(element: HTMLVideoElement): void {
  if (element.paused) void element.play().catch(() => undefined);
  else element.pause();
}

function nextSpeed(rate: number, step: 1 | -1): number {
  const faster = SPEEDS.find((speed) => speed > rate) ?? 2;
  const slower = SPEEDS.findLast((speed) => speed < rate) ?? 0.25;
  return step === 1 ? faster : slower;
}
