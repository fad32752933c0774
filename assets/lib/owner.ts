/** Asks for the password again before what would lock somebody out; the dialog is `components/owner.html`. */
import { getFactors } from "../api/accounts";
import type { User } from "../api/types";
import { pageData } from "./page-data";

export type OwnerQuestion = {
  title: string;
  text: string;
  yes: string;
  /** Ask for a code of the app, too. */
  withCode?: boolean;
  /** What is done with them; its error is shown, and asked again. */
  attempt: (password: string, code: string) => Promise<unknown>;
};

/** Asks whoever has a password to show, and does it at once for others: `confirm` says whether they mean it. */
export async function asOwner(question: OwnerQuestion, confirm?: () => Promise<boolean>): Promise<void> {
  const own = pageData<{ user?: User }>().user?.has_session;
  if (own && (await getFactors()).has_password) askOwner(question);
  else if (!confirm || (await confirm())) await question.attempt("", "");
}

export function askOwner(question: OwnerQuestion): void {
  window.dispatchEvent(new CustomEvent("vlog-owner", { detail: question }));
}
