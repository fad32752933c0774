/** Short messages and questions, shown by the toasts and confirm components. */

export type Toast = { text: string; bad: boolean };
export type Question = { title: string; text: string; yes: string; no: string; bad: boolean };

export function announce(text: string, bad = false): void {
  window.dispatchEvent(new CustomEvent<Toast>("vlog-toast", { detail: { text, bad } }));
}

/** Resolves to true when the person agreed. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    window.dispatchEvent(new CustomEvent("vlog-ask", { detail: { question, resolve } }));
  });
}
