/**
 * The labels of the page's language. To add one: copy `en.ts` to `xx.ts`, declare it as `Labels`,
 * and choose it here by `document.documentElement.lang`. Pages take their labels from the same
 * file when they are built.
 */
import { en } from "./en";

export type Labels = typeof en;

export const t: Labels = en;
