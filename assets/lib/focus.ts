/** Giving the focus to what is about to be seen. */
import Alpine from "@alpinejs/csp";

/** `x-show` shows in the next frame, which may come after `$nextTick`; what is not shown takes no focus. */
export function focusWhenShown(id: string): void {
  void Alpine.nextTick(() => requestAnimationFrame(() => document.getElementById(id)?.focus()));
}
