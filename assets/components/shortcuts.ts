/** The list of keys, opened with `?`. */
import { component } from "../lib/alpine";

export const shortcutsDialog = component(() => ({
  open() {
    (this.$refs.dialog as HTMLDialogElement).showModal();
  },
  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },
}));
