/** Written by `npm run build` from openapi.json; do not edit. The pages use the names in types.ts. */
export interface paths {
    "/api/events/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Progress as server-sent events: `progress` events with a `ProgressEvent` (first the present state, then what
         *     changes), `removed` events with a `RemovedEvent`. Without ids: every video that is being worked on.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key of the configuration by section: the settings, and read-only those that need a restart. */
        get: operations["list_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes several settings, all or none; null takes a change back. */
        patch: operations["change_settings"];
        trace?: never;
    };
    "/api/settings/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings that were changed here, as `POST /api/settings/import` takes them. */
        get: operations["export_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes every setting that is given, or none if one is not taken. The others stay as they are. */
        post: operations["import_settings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key. */
        get: operations["get_setting"];
        /** Changes a setting. It is in force when the answer comes. */
        put: operations["set_setting"];
        post?: never;
        /** Takes a change back: the value of flag, environment, file or the default is in force again. */
        delete: operations["reset_setting"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/videos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All videos, newest first. */
        get: operations["list"];
        put?: never;
        /** Takes a video in. The answer comes when the file is stored and looked at; the work goes on by itself. */
        post: operations["upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/videos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One video. */
        get: operations["get"];
        put?: never;
        post?: never;
        /** Removes a video, its job and its files. This cannot be undone. */
        delete: operations["delete"];
        options?: never;
        head?: never;
        /**
         * Changes title or description; what is not sent stays. The video's name in URLs stays too, so that links go on
         *     working.
         */
        patch: operations["edit"];
        trace?: never;
    };
    "/api/videos/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops the work on a video. */
        post: operations["cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/videos/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a video is. */
        get: operations["progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/videos/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries a failed video again; what is done already is kept. */
        post: operations["retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Do the database and the storage answer? */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Numbers for Prometheus. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** May requests be sent here? */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/videos/{slug}/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of any video. */
        get: operations["admin_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description One sound track. */
        AudioTrack: {
            /**
             * Format: int32
             * @description Number of channels.
             */
            channels: number;
            /** @description RFC 6381. */
            codecs: string;
            /** @description True for the one a player starts with. */
            default: boolean;
            /** @description Shown in menus. */
            label: string;
            /** @description ISO 639. */
            language: string | null;
            /** @description `audio-0`. */
            name: string;
        };
        /** @description A chapter mark. */
        Chapter: {
            /**
             * Format: double
             * @description Seconds.
             */
            end_time: number | null;
            /**
             * Format: int32
             * @description Counted from 1.
             */
            id: number;
            /**
             * Format: int32
             * @description Counted from 0.
             */
            position: number;
            /**
             * Format: double
             * @description Seconds.
             */
            start_time: number;
            /** @description As it stands in the file. */
            title: string;
        };
        /** @description The checks, each `ok` or `failing`. */
        Checks: {
            /** @description The database answers. */
            database: string;
            /** @description The storage can be reached. */
            storage: string;
        };
        /** @description Answer to something that was done. */
        Done: {
            /** @description For people. */
            message: string;
            /** @description Always `ok`. */
            status: string;
        };
        /** @description A value that is not taken. */
        FieldError: {
            /** @description The field. */
            field: string;
            /** @description What to do. */
            fix: string;
            /** @description What is wrong. */
            reason: string;
        };
        /** @description What works. */
        Health: {
            /** @description One entry a check. */
            checks: components["schemas"]["Checks"];
            /** @description `ok`, or `failing` when a check fails. */
            status: string;
        };
        /** @description Answer to an import. */
        Imported: {
            /** @description How many settings were given. */
            imported: number;
            /** @description Always `ok`. */
            status: string;
        };
        /** @description What went wrong: RFC 9457. */
        Problem: {
            /** @description Stable code for machines. */
            code: string;
            /** @description What is wrong and what would help, for people. */
            detail: string;
            /** @description Each value that is not taken, when there may be several. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The field with the bad value. */
            field?: string;
            /** @description Id of the request, also in the server's log. */
            instance?: string;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description `/problems/{code}`. */
            type: string;
        };
        /** @description How far a video is. */
        Progress: {
            /**
             * Format: int32
             * @description Highest attempt among what is open.
             */
            attempt: number;
            /** @description `analyse`, `copy`, `encode`, `audio` or `finalize`; null when nothing runs. */
            current_step: string | null;
            /**
             * Format: int64
             * @description Rough time left, seconds.
             */
            eta_seconds: number | null;
            /** @description The last error, also one that was tried again. */
            last_error: string | null;
            /**
             * Format: int32
             * @description Attempts there are.
             */
            max_attempts: number;
            /**
             * Format: int32
             * @description Share of all work done, 0 to 100.
             */
            progress_percent: number;
            /** @description Picture sizes, highest first. */
            qualities: components["schemas"]["QualityProgress"][];
            /**
             * Format: double
             * @description Times real time.
             */
            speed: number | null;
            /** @description ISO 8601, UTC. */
            started_at: string | null;
            /** @description Where it stands. */
            status: components["schemas"]["VideoStatus"];
            /** @description Why nothing moves, e.g. `storage_full`. */
            waiting_reason: string | null;
        };
        /** @description Data of a `progress` event. */
        ProgressEvent: components["schemas"]["Progress"] & {
            /** @description DASH manifest. */
            dash_url: string | null;
            /**
             * Format: double
             * @description Seconds; 0 until known.
             */
            duration: number;
            /** @description True when it can be watched. */
            playable: boolean;
            /** @description Name in URLs. */
            slug: string;
            /** @description HLS master playlist. */
            stream_url: string | null;
            /** @description The thumbnail of 640 pixels. */
            thumbnail_url: string | null;
            /** @description Shown title. */
            title: string;
            /**
             * Format: int64
             * @description Which video.
             */
            video_id: number;
        };
        /** @description One picture size. */
        Quality: {
            /**
             * Format: double
             * @description Seconds from the beginning that can be played.
             */
            available_seconds: number;
            /**
             * Format: int64
             * @description Bits per second; the cap until it is measured.
             */
            bitrate: number;
            /** @description `h264`. */
            codec: string;
            /** @description RFC 6381; empty until known. */
            codecs: string;
            /** @description True when it is the uploaded stream itself. */
            copied: boolean;
            /**
             * Format: double
             * @description Frames per second.
             */
            frame_rate: number;
            /**
             * Format: int32
             * @description Pixels.
             */
            height: number;
            /** @description `1080p`. */
            name: string;
            /**
             * Format: int32
             * @description 0 to 100.
             */
            progress: number;
            /**
             * Format: int64
             * @description Bytes of its files.
             */
            size_bytes: number;
            /** @description Where it stands. */
            status: components["schemas"]["QualityStatus"];
            /**
             * Format: int32
             * @description Pixels.
             */
            width: number;
        };
        /** @description How far one picture size is. */
        QualityProgress: {
            /**
             * Format: double
             * @description Seconds from the beginning that can be played.
             */
            available_seconds: number;
            /** @description `1080p`. */
            name: string;
            /**
             * Format: int32
             * @description 0 to 100.
             */
            progress: number;
            /** @description Where it stands. */
            status: components["schemas"]["QualityStatus"];
        };
        /**
         * @description Where one quality stands.
         * @enum {string}
         */
        QualityStatus: "pending" | "in_progress" | "completed" | "failed";
        /** @description Data of a `removed` event. */
        RemovedEvent: {
            /**
             * Format: int64
             * @description Which video is gone.
             */
            video_id: number;
        };
        /**
         * @description A key of the configuration. Values are booleans, numbers, texts and lists of texts; sizes and durations are texts
         *     such as `2GiB` and `1h30m`.
         */
        Setting: {
            /** @description The values there are, of a list its parts; empty when any will do. */
            allowed: string[];
            /** @description What is in force when nobody sets it. */
            default: components["schemas"]["Value"];
            /** @description What it does. */
            doc: string;
            /** @description What is in force after a reset: the value of flag, environment, file, or the default. */
            fallback: components["schemas"]["Value"];
            /** @description `section.field`. */
            key: string;
            /** @description Largest value; null when there is none. */
            max: components["schemas"]["Value"];
            /**
             * Format: int32
             * @description Most characters.
             */
            max_length: number | null;
            /** @description Smallest value; null when there is none. */
            min: components["schemas"]["Value"];
            /** @description Which line, variable or flag the fallback comes from; null when it is the default. */
            origin: string | null;
            /** @description True when it is read at the start only: it cannot be changed here. */
            restart_needed: boolean;
            /** @description Where the value comes from: `default`, `file`, `environment`, `flag` or `database`. */
            source: string;
            /** @description For people. */
            title: string;
            /**
             * @description What a value is: `boolean`, `integer`, `float`, `text`, `choice`, `list`, `bytes`, `duration`, or `secret`, which
             *     is masked.
             */
            type: string;
            /** @description ISO 8601, UTC; null when it was not changed in the database. */
            updated_at: string | null;
            /** @description Who changed it there, as far as known. */
            updated_by: string | null;
            /** @description What is in force. */
            value: components["schemas"]["Value"];
            /** @description The environment variable. */
            variable: string;
        };
        /** @description Keys that belong together. */
        SettingCategory: {
            /** @description What its settings are about. */
            doc: string;
            /** @description The section in `config.toml`. */
            name: string;
            /** @description Its keys. */
            settings: components["schemas"]["Setting"][];
            /** @description For people. */
            title: string;
        };
        /** @description Every key of the configuration. */
        SettingList: {
            /** @description By section. */
            categories: components["schemas"]["SettingCategory"][];
        };
        /** @description A new value. */
        SettingValue: {
            /** @description Of the setting's type, or as text. */
            value: components["schemas"]["Value"];
        };
        /** @description New values by key; null takes a change back. */
        SettingValues: {
            [key: string]: components["schemas"]["Value"];
        };
        /** @description What was changed in the database, to be kept or taken elsewhere. */
        SettingsExport: {
            /** @description ISO 8601, UTC. */
            exported_at: string;
            /** @description Values by key. */
            settings: {
                [key: string]: components["schemas"]["Value"];
            };
            /** @description Of this form. */
            version: string;
        };
        /** @description An export, or a part of one. */
        SettingsImport: {
            /** @description As exported; not looked at. */
            exported_at?: string | null;
            /** @description Values by key; settings that are not named stay as they are. */
            settings: {
                [key: string]: components["schemas"]["Value"];
            };
            /** @description As exported; not looked at. */
            version?: string | null;
        };
        /** @description Subtitles or captions. */
        TextTrack: {
            /** @description Shown in menus. */
            label: string;
            /** @description ISO 639. */
            language: string | null;
            /** @description `text-0`. */
            name: string;
            /** @description WebVTT. */
            url: string;
        };
        /** @description A still picture of a video in one size. */
        Thumbnail: {
            /**
             * Format: int32
             * @description Pixels.
             */
            height: number;
            /** @description As JPEG. */
            url: string;
            /** @description As WebP. */
            webp_url: string;
            /**
             * Format: int32
             * @description Pixels.
             */
            width: number;
        };
        /** @description The form. Text fields come before the file. */
        UploadBody: {
            /** @description Free text. */
            description?: string | null;
            /**
             * Format: binary
             * @description The video.
             */
            file: string;
            /** @description Shown title; made from the file's name when empty. */
            title?: string | null;
        };
        /** @description Answer to an upload. */
        UploadResult: {
            /** @description For people. */
            message: string;
            /** @description Its name in URLs. */
            slug: string;
            /** @description Always `ok`. */
            status: string;
            /**
             * Format: int64
             * @description Id of the new video.
             */
            video_id: number;
        };
        Value: unknown;
        /** @description Everything about one video. */
        Video: components["schemas"]["VideoListItem"] & {
            /** @description Sound tracks. */
            audio_tracks: components["schemas"]["AudioTrack"][];
            /** @description WebVTT of the first text track. */
            captions_url: string | null;
            /** @description Chapters, in time order. */
            chapters: components["schemas"]["Chapter"][];
            /** @description DASH manifest, once everything is made. */
            dash_url: string | null;
            /** @description Picture sizes, highest first. */
            qualities: components["schemas"]["Quality"][];
            /**
             * Format: int32
             * @description Height of the uploaded picture, pixels.
             */
            source_height: number;
            /** @description Name of the uploaded file; admins only. */
            source_name: string | null;
            /**
             * Format: int64
             * @description Size of the uploaded file; admins only.
             */
            source_size_bytes: number | null;
            /**
             * Format: int32
             * @description Width of the uploaded picture, pixels.
             */
            source_width: number;
            /** @description HLS master playlist, as soon as something can be played. */
            stream_url: string | null;
            /** @description Subtitles and captions. */
            text_tracks: components["schemas"]["TextTrack"][];
            /** @description Things that went less than perfectly. */
            warnings: string[];
        };
        /** @description What an admin changes about a video. Fields that are missing or null stay as they are. */
        VideoEdit: {
            /** @description At most 5000 characters. */
            description?: string | null;
            /** @description 1 to 255 characters. */
            title?: string | null;
        };
        /** @description A video as lists show it. */
        VideoListItem: {
            /** @description True when there is no picture. */
            audio_only: boolean;
            /**
             * Format: int64
             * @description Always null for now.
             */
            category_id: number | null;
            /** @description Always null for now. */
            category_name: string | null;
            /** @description ISO 8601, UTC. */
            created_at: string;
            /** @description Free text. */
            description: string;
            /**
             * Format: double
             * @description Seconds; 0 until known.
             */
            duration: number;
            /** @description Stable code of why it failed. */
            error_code: string | null;
            /** @description Why it failed, for people. */
            error_message: string | null;
            /**
             * Format: int32
             * @description Display height in pixels; 0 until known and for sound alone.
             */
            height: number;
            /**
             * Format: int64
             * @description Id of the video.
             */
            id: number;
            /** @description `1080p`. */
            max_quality: string | null;
            /** @description A tiny `data:` picture, shown blurred until the thumbnail is there. */
            placeholder: string | null;
            /** @description Always `h264`. */
            primary_codec: string;
            /**
             * Format: int32
             * @description Share of the work done, 0 to 100.
             */
            progress_percent: number;
            /** @description ISO 8601, UTC; null while unpublished. */
            published_at: string | null;
            /** @description Name in URLs. */
            slug: string;
            /** @description Where it stands. */
            status: components["schemas"]["VideoStatus"];
            /** @description Always `cmaf`. */
            streaming_format: string;
            /** @description Always empty for now. */
            tags: string[];
            /** @description The thumbnail of 640 pixels, or the nearest there is. */
            thumbnail_url: string | null;
            /** @description Every thumbnail, smallest first. */
            thumbnails: components["schemas"]["Thumbnail"][];
            /** @description Shown title. */
            title: string;
            /**
             * Format: int64
             * @description Always 0 for now.
             */
            view_count: number;
            /**
             * Format: int32
             * @description Display width in pixels; 0 until known and for sound alone.
             */
            width: number;
        };
        /** @description A page of videos. */
        VideoPage: {
            /** @description True when there is a next page. */
            has_more: boolean;
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
            /**
             * Format: int64
             * @description Videos on all pages; null unless `include_total` was asked for.
             */
            total_count: number | null;
            /** @description The videos. */
            videos: components["schemas"]["VideoListItem"][];
        };
        /**
         * @description Where a video stands.
         * @enum {string}
         */
        VideoStatus: "pending" | "processing" | "playable" | "ready" | "failed";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    events: {
        parameters: {
            query?: {
                /** @description At most 50 ids, like `1,2,3`. */
                video_ids?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An event stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description Bad ids, or more than 50 */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many streams */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    document: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    list_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingList"];
                };
            };
        };
    };
    change_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingValues"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingList"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that does not fit; `errors` lists all */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsExport"];
                };
            };
        };
    };
    import_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description Not JSON, or not an export */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that does not fit; `errors` lists all */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_setting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `transcoding.preset` */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setting"];
                };
            };
            /** @description No such key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_setting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `transcoding.preset` */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingValue"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setting"];
                };
            };
            /** @description Not JSON, or another field than `value` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting; the answer names the nearest */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only; the answer says where it is set */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The value does not fit; the answer says what would */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_setting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `transcoding.preset` */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setting"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list: {
        parameters: {
            query?: {
                /** @description Words that title or description must have. */
                search?: string;
                /** @description `date` (the default), `title` or `duration`. */
                sort?: string;
                /** @description `asc` or `desc` (the default). */
                order?: string;
                /** @description Videos on a page: 1 to 100 on the public listener (50 by default), 1 to 500 on the admin's (100). */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Also count the videos of all pages. */
                include_total?: boolean;
                /** @description Only this status; admin listener only. */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VideoPage"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadResult"];
                };
            };
            /** @description Not a form, no file, an empty or a broken file */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not a video or sound that can be read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little space on the disk */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VideoEdit"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A title that is empty or too long, a description that is too long */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is being done */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    progress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Progress"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description It did not fail */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A check fails */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenMetrics text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": unknown;
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    admin_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The video's name in URLs */
                slug: string;
                /** @description As on the public listener */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The range asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such file, or not yet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The range lies beyond the file */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
