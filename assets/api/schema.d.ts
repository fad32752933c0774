/**
 * The API's schemas, in the shape that openapi-typescript writes.
 * `npm run build` overwrites this file when `openapi.json` stands beside package.json; until then
 * it is kept by hand. Do not import it: the pages use the names in `types.ts`.
 */
export interface components {
  schemas: {
    VideoStatus: "pending" | "processing" | "playable" | "ready" | "failed";
    QualityStatus: "pending" | "in_progress" | "completed" | "failed";
    Thumbnail: { width: number; height: number; url: string; webp_url?: string | null };
    VideoListItem: {
      id: number;
      title: string;
      slug: string;
      description: string;
      /** Seconds; 0 until known. */
      duration: number;
      status: components["schemas"]["VideoStatus"];
      /** Display size in pixels; 0 until known. */
      width: number;
      height: number;
      created_at: string;
      published_at?: string | null;
      thumbnail_url?: string | null;
      thumbnails: components["schemas"]["Thumbnail"][];
      /** A tiny `data:` picture, shown blurred until the thumbnail is there. */
      placeholder?: string | null;
      streaming_format: string;
      primary_codec: string;
      max_quality?: string | null;
      audio_only: boolean;
      /** 0 to 100. */
      progress_percent: number;
      error_code?: string | null;
      error_message?: string | null;
    };
    Quality: {
      name: string;
      width: number;
      height: number;
      /** Bits per second. */
      bitrate: number;
      frame_rate: number;
      codec: string;
      codecs: string;
      copied: boolean;
      status: components["schemas"]["QualityStatus"];
      progress: number;
      available_seconds: number;
      size_bytes: number;
    };
    AudioTrack: {
      name: string;
      language?: string | null;
      label: string;
      channels: number;
      default: boolean;
      codecs: string;
    };
    TextTrack: { name: string; language?: string | null; label: string; url: string };
    Chapter: {
      id: number;
      title: string;
      start_time: number;
      end_time?: number | null;
      position: number;
    };
    Video: components["schemas"]["VideoListItem"] & {
      source_width: number;
      source_height: number;
      source_name?: string | null;
      source_size_bytes?: number | null;
      stream_url?: string | null;
      dash_url?: string | null;
      captions_url?: string | null;
      qualities: components["schemas"]["Quality"][];
      audio_tracks: components["schemas"]["AudioTrack"][];
      text_tracks: components["schemas"]["TextTrack"][];
      chapters: components["schemas"]["Chapter"][];
      warnings: string[];
    };
    VideoPage: {
      videos: components["schemas"]["VideoListItem"][];
      next_cursor?: string | null;
      has_more: boolean;
      total_count?: number | null;
    };
    QualityProgress: {
      name: string;
      status: components["schemas"]["QualityStatus"];
      progress: number;
      available_seconds: number;
    };
    ProgressEvent: {
      video_id: number;
      slug: string;
      title: string;
      playable: boolean;
      duration: number;
      status: components["schemas"]["VideoStatus"];
      current_step?: string | null;
      progress_percent: number;
      qualities: components["schemas"]["QualityProgress"][];
      attempt: number;
      max_attempts: number;
      started_at?: string | null;
      last_error?: string | null;
      waiting_reason?: string | null;
      /** Times real time. */
      speed?: number | null;
      eta_seconds?: number | null;
      stream_url?: string | null;
      dash_url?: string | null;
      thumbnail_url?: string | null;
    };
    UploadResult: { status: string; video_id: number; slug: string; message: string };
    Problem: {
      type?: string;
      title: string;
      status: number;
      detail?: string | null;
      code: string;
      instance?: string | null;
    };
  };
}
