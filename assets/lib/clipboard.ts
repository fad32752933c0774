/** Copies what a field holds. */

export async function copyField(field: HTMLInputElement): Promise<void> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Plain http on a home network has no clipboard API; this old way works there.
    document.execCommand("copy");
  }
}
