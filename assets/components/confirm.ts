/** Asks before what cannot be undone. */
import { component } from "../lib/alpine";
import type { Question } from "../lib/announce";

type Asked = { question: Question; resolve: (agreed: boolean) => void };

const NOTHING: Question = { title: "", text: "", yes: "", no: "", bad: false };

export const confirmDialog = component(() => ({
  question: NOTHING,
  resolve: null as Asked["resolve"] | null,

  open(asked: Asked) {
    this.question = asked.question;
    this.resolve = asked.resolve;
    (this.$refs.dialog as HTMLDialogElement).showModal();
  },

  answer(agreed: boolean) {
    this.resolve?.(agreed);
    this.resolve = null;
    (this.$refs.dialog as HTMLDialogElement).close();
  },
}));
