/** Alpine without eval: registers a page's components and starts it. */
import Alpine from "@alpinejs/csp";

/** What Alpine adds to a component, as far as ours use it. */
export type Magics = {
  $refs: Record<string, HTMLElement>;
  $root: HTMLElement;
  $nextTick(callback?: () => void): Promise<void>;
};

/** Types `this` inside a component's methods. */
export function component<T extends object>(create: () => T & ThisType<T & Magics>): () => T {
  return create;
}

export function startPage(components: Record<string, () => object>): void {
  for (const [name, create] of Object.entries(components)) Alpine.data(name, create as never);
  Alpine.start();
}
