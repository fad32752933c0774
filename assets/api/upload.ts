/** One upload over XMLHttpRequest, because fetch tells nothing about how far it is. */
import { t } from "../i18n";
import { at } from "../lib/base";
import { ApiError, problemError } from "./client";
import { renew, toLogin } from "./session";
import type { UploadResult } from "./types";

export type UploadHandlers = {
  progress: (loadedBytes: number, totalBytes: number) => void;
  done: (result: UploadResult) => void;
  failed: (error: ApiError) => void;
};

/** Starts at once; returns the function that cancels without a further callback. */
export function uploadVideo(file: File, title: string, visibility: string, handlers: UploadHandlers): () => void {
  const form = new FormData();
  // Text before the file: the server knows the title before the first byte of video arrives.
  form.append("title", title);
  form.append("visibility", visibility);
  form.append("file", file, file.name);

  let request: XMLHttpRequest;
  const broken = () => handlers.failed(new ApiError(navigator.onLine ? t.admin.uploadFailed : t.error.offline, 0, "network", null));
  const send = (lastTry: boolean) => {
    request = new XMLHttpRequest();
    request.open("POST", at("/api/videos"));
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", (event) => handlers.progress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status === 401 && !lastTry) {
        renew().then((loggedIn) => (loggedIn ? send(true) : toLogin()), broken);
        return;
      }
      if (request.status >= 200 && request.status < 300) {
        try {
          handlers.done(JSON.parse(request.responseText) as UploadResult);
          return;
        } catch {
          // Falls through: an answer that is not ours.
        }
      }
      handlers.failed(problemError(request.status, request.responseText, request.getResponseHeader("x-request-id")));
    });
    request.addEventListener("error", broken);
    request.send(form);
  };
  send(false);
  return () => request.abort();
}
