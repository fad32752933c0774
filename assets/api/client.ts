/** JSON over fetch. Every failure becomes an `ApiError` with a sentence a person can act on. */
import { t } from "../i18n";
import { roughTime } from "../lib/format";
import { fetchLoggedIn } from "./session";
import type {
  FieldError, Problem, SettingList, SettingValues, SharedWith, System, Video, VideoPage, Visibility,
} from "./types";

const REQUEST_TIMEOUT_MS = 20_000;

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null,
    readonly errors: FieldError[] = [],
    /** The field at fault, where it is one. */
    readonly field: string | null = null,
    /** For the second step of a login. */
    readonly loginToken: string | null = null,
  ) {
    super(message);
  }
}

/** Reads a problem+json body; anything else gets a sentence by its status. */
export function problemError(status: number, body: string, requestId: string | null, retryAfter: string | null = null): ApiError {
  try {
    const problem = JSON.parse(body) as Partial<Problem>;
    if (problem.title || problem.detail) {
      const wait = Number(retryAfter);
      const message = wait > 0 && status === 429 ? t.error.tooOften(roughTime(wait)) : problem.detail || problem.title || t.error.server;
      const { code = "unknown", errors, field = null, instance = null, login_token = null } = problem;
      return new ApiError(message, status, code, requestId ?? instance, errors, field, login_token);
    }
  } catch {
    // Not JSON, for example a proxy's own error page.
  }
  const message = status === 404 ? t.error.notFound : status === 413 ? t.error.tooLarge : t.error.server;
  return new ApiError(message, status, "unknown", requestId);
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const offline = !navigator.onLine;
  return new ApiError(offline ? t.error.offline : t.error.network, 0, offline ? "offline" : "network", null);
}

/** "The file is empty (empty_file)." is easier to report than the sentence alone. */
export function withCode(message: string, code: string): string {
  return `${message.replace(/\.$/, "")} (${code}).`;
}

/** What is shown of an error. Codes of our own making would tell nobody anything. */
export function errorText({ message, code }: ApiError): string {
  return ["unknown", "network", "offline"].includes(code) ? message : withCode(message, code);
}

export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetchLoggedIn(path, {
      ...init,
      headers: { accept: "application/json", ...init.headers },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (error) {
    throw asApiError(error);
  }
  const body = await response.text();
  if (!response.ok) throw problemError(response.status, body, response.headers.get("x-request-id"), response.headers.get("retry-after"));
  return JSON.parse(body) as T;
}

/** A request with a JSON body. */
export function send<T>(method: "POST" | "PATCH", path: string, body: unknown): Promise<T> {
  return request<T>(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/** "?a=1&b=2" of what is given. */
export function queryOf(values: Record<string, string | number | boolean | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  return `?${params}`;
}

export type ListQuery = {
  search?: string;
  sort?: string;
  order?: string;
  status?: string;
  limit?: number;
  cursor?: string | null;
  include_total?: boolean;
};

export function listVideos(query: ListQuery): Promise<VideoPage> {
  return request<VideoPage>(`/api/videos${queryOf(query)}`);
}

/** The public listener takes a slug, the dashboard an id. */
export function getVideo(key: string | number): Promise<Video> {
  return request<Video>(`/api/videos/${encodeURIComponent(key)}`);
}

export type VideoChange = { title: string; description: string; visibility?: Visibility; shared_with?: SharedWith };

export function editVideo(id: number, change: VideoChange): Promise<Video> {
  return send<Video>("PATCH", `/api/videos/${id}`, change);
}

export function deleteVideo(id: number): Promise<unknown> {
  return request(`/api/videos/${id}`, { method: "DELETE" });
}

export function retryVideo(id: number): Promise<unknown> {
  return request(`/api/videos/${id}/retry`, { method: "POST" });
}

/** Makes the pictures of the seek bar, anew if there are some. */
export function makeSprites(id: number): Promise<unknown> {
  return send("POST", `/api/videos/${id}/sprites/generate`, {});
}

/** From the uploaded file, with the settings of now. */
export function encodeAgain(id: number): Promise<unknown> {
  return send("POST", "/api/reencode/queue", { video_ids: [id] });
}

export function cancelVideo(id: number): Promise<unknown> {
  return request(`/api/videos/${id}/cancel`, { method: "POST" });
}

export function listSettings(): Promise<SettingList> {
  return request<SettingList>("/api/settings");
}

export function getSystem(): Promise<System> {
  return request<System>("/api/system");
}

/** Saves all or none; null takes a change back. */
export function changeSettings(values: SettingValues): Promise<SettingList> {
  return send<SettingList>("PATCH", "/api/settings", values);
}
