/** Written by `npm run build` from openapi.json; do not edit. The pages use the names in types.ts. */
export interface paths {
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, newest first. */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole audit log, or what the filters leave of it, as JSON lines, newest first. */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's keys, newest first, without those that were revoked. */
        get: operations["list_api_keys"];
        put?: never;
        /** Makes a key for programs: `Authorization: Bearer {key}`. The answer is the only time the key is told. */
        post: operations["create_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes one of one's keys. */
        delete: operations["revoke_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Logs in: sets the cookies `vlog_access` and `vlog_refresh`. */
        post: operations["log_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the session and takes the cookies back. Without a session it does nothing. */
        post: operations["log_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is logged in, or whose API key it is. */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's password and ends all other sessions. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New cookies for the refresh cookie, which is good once: using it again ends the session. Access lasts ten minutes. */
        post: operations["refresh_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's sessions, the one used last first. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        /** Ends all of one's sessions but this one. */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of one's sessions. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the first account is still to be made. */
        get: operations["setup_state"];
        put?: never;
        /** Makes the first account, an admin, and logs it in. The token is in the link that the server prints at its start. */
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All accounts, by name. */
        get: operations["list_users"];
        put?: never;
        /** Adds an account. Without a password nobody can log in until one is set. */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account. */
        get: operations["get_user"];
        put?: never;
        post?: never;
        /** Removes an account with its sessions and keys. What it did stays in the audit log. */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /** Changes an account; what is not sent stays. A new password, and being disabled, end its sessions. */
        patch: operations["update_user"];
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
        /** @description An account, as admins see it. */
        Account: {
            /** @description ISO 8601, UTC. */
            created_at: string;
            /** @description True: it may do nothing. */
            disabled: boolean;
            /** @description Since when it is disabled. */
            disabled_at: string | null;
            /** @description The name to show. */
            display_name: string;
            /** @description False: nobody can log in by password. */
            has_password: boolean;
            /** @description UUID. */
            id: string;
            /** @description What it may do. */
            role: components["schemas"]["Role"];
            /** @description The name to log in with. */
            username: string;
        };
        /** @description What to change of an account. Fields that are missing or null stay as they are. */
        AccountEdit: {
            /** @description True: it may do nothing. */
            disabled?: boolean | null;
            /** @description 1 to 128 characters. */
            display_name?: string | null;
            /** @description A new password, at least 8 characters. */
            password?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description Accounts, by name. */
        AccountList: {
            /** @description At most 1000. */
            users: components["schemas"]["Account"][];
        };
        /** @description A key for programs. */
        ApiKey: {
            /** @description ISO 8601, UTC. */
            created_at: string;
            /** @description No use after this; null: it stays good. */
            expires_at: string | null;
            /** @description UUID. */
            id: string;
            /** @description To the minute; null: never. */
            last_used_at: string | null;
            /** @description What it is for. */
            name: string;
            /** @description The key begins with `vlog_{prefix}_`. */
            prefix: string;
            /** @description The most it may do. */
            role: components["schemas"]["Role"];
        };
        /** @description Keys, newest first. */
        ApiKeyList: {
            /** @description At most 200. */
            api_keys: components["schemas"]["ApiKey"][];
        };
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
        /** @description Who did what. */
        AuditEntry: {
            /** @description What, such as `login`. */
            action: string;
            /** @description Its name at that time; for a failed login the name that was typed. */
            actor: string;
            /** @description UUID of the account; null where there is none. */
            actor_id: string | null;
            /** @description `session`, `api_key`, `cli`, `system` or `anonymous`. */
            actor_kind: string;
            /** @description From where. */
            address: string | null;
            /** @description As it is now. */
            after: Record<string, never> | null;
            /** @description What changed, as it was. */
            before: Record<string, never> | null;
            /**
             * Format: int64
             * @description Greater for later ones.
             */
            id: number;
            /** @description `ok` or `refused`. */
            result: string;
            /** @description To what, such as `user:anna`. */
            target: string | null;
            /** @description ISO 8601, UTC. */
            time: string;
        };
        /** @description A page of the audit log. */
        AuditPage: {
            /** @description Newest first. */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
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
        /** @description A key that was just made. */
        CreatedApiKey: {
            /** @description What is kept of it. */
            api_key: components["schemas"]["ApiKey"];
            /** @description The key itself, told this once. */
            key: string;
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
        /** @description Name and password. */
        LoginBody: {
            /** @description The password. */
            password: string;
            /** @description In any case. */
            username: string;
        };
        /** @description Who is logged in. */
        Me: {
            /** @description The account. */
            user: components["schemas"]["User"];
        };
        /** @description An account to add. */
        NewAccount: {
            /** @description The user name when missing. */
            display_name?: string;
            /** @description At least 8 characters. */
            password?: string | null;
            /** @description What it may do. */
            role: components["schemas"]["Role"];
            /** @description 1 to 64 letters, digits and . _ - @ */
            username: string;
        };
        /** @description A key to make. */
        NewApiKeyBody: {
            /** @description ISO 8601; without it the key stays good. */
            expires_at?: string | null;
            /** @description What it is for, 1 to 100 characters. */
            name: string;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description A change of one's password. */
        PasswordBody: {
            /** @description The present one. */
            current: string;
            /** @description At least 8 characters. */
            new: string;
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
         * @description What an account may do; each may do all that the ones before it may.
         * @enum {string}
         */
        Role: "viewer" | "editor" | "admin";
        /** @description A browser that one is logged in with. */
        Session: {
            /** @description Where it last came from; empty when unknown. */
            address: string;
            /** @description When it began, ISO 8601, UTC. */
            created_at: string;
            /** @description True for the one that asks. */
            current: boolean;
            /** @description It ends by then unless it is used. */
            expires_at: string;
            /** @description UUID. */
            id: string;
            /** @description When it last showed up, give or take ten minutes. */
            last_used_at: string;
            /** @description What the browser calls itself. */
            user_agent: string;
        };
        /** @description Sessions, the one used last first. */
        SessionList: {
            /** @description At most 500. */
            sessions: components["schemas"]["Session"][];
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
        /** @description The first account. */
        SetupBody: {
            /** @description At least 8 characters. */
            password: string;
            /** @description From the link that the server printed. */
            token: string;
            /** @description 1 to 64 letters, digits and . _ - @ */
            username: string;
        };
        /** @description Whether there is no account yet. */
        SetupState: {
            /** @description True: the first account is still to be made. */
            needed: boolean;
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
        /** @description An account, as everybody sees their own. */
        User: {
            /** @description The name to show. */
            display_name: string;
            /** @description UUID. */
            id: string;
            /** @description What the caller may do; with an API key that may be less than the account may. */
            role: components["schemas"]["Role"];
            /** @description The name to log in with. */
            username: string;
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
    list_audit: {
        parameters: {
            query?: {
                /** @description Only what this account did, by its name. */
                actor?: string;
                /** @description Only this action, such as `login`. */
                action?: string;
                /** @description `ok` or `refused`. */
                result?: string;
                /** @description Not before this time, ISO 8601. */
                from?: string;
                /** @description Before this time, ISO 8601. */
                to?: string;
                /** @description Entries on a page, 1 to 500, 100 by default. Not for the export, which is whole. */
                limit?: number;
                /** @description `next_cursor` of the page before. Not for the export. */
                cursor?: string;
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
                    "application/json": components["schemas"]["AuditPage"];
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
    export_audit: {
        parameters: {
            query?: {
                /** @description Only what this account did, by its name. */
                actor?: string;
                /** @description Only this action, such as `login`. */
                action?: string;
                /** @description `ok` or `refused`. */
                result?: string;
                /** @description Not before this time, ISO 8601. */
                from?: string;
                /** @description Before this time, ISO 8601. */
                to?: string;
                /** @description Entries on a page, 1 to 500, 100 by default. Not for the export, which is whole. */
                limit?: number;
                /** @description `next_cursor` of the page before. Not for the export. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One AuditEntry a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": unknown;
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
    list_api_keys: {
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
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKeyBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_keys */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No name, a role beyond one's own, a time that is past */
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
    revoke_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key */
                id: string;
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
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description login_failed: unknown name, wrong password or a disabled account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_out: {
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
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
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
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The present password is wrong, or the new one will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh_session: {
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
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description not_logged_in: no session, or it is over */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
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
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_other_sessions: {
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
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
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
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such session */
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
    setup_state: {
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
                    "application/json": components["schemas"]["SetupState"];
                };
            };
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description wrong_setup_token, csrf_failed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description setup_done: there is an account */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
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
    list_users: {
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
                    "application/json": components["schemas"]["AccountList"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description username_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
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
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                id: string;
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
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description No such account */
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
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                id: string;
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
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin: nobody else could do what admins do */
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
    update_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountEdit"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin: nobody else could do what admins do */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
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
