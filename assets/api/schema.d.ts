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
    "/api/auth/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one logs in. */
        get: operations["get_factors"];
        put?: never;
        post?: never;
        delete?: never;
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
    "/api/auth/login/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The second step of a login: a code of the app, or a recovery code. Sets the same cookies. */
        post: operations["log_in_with_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Logs in with a passkey and nothing else. Sets the same cookies as the password does. */
        post: operations["log_in_with_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to log in with a passkey. */
        post: operations["begin_passkey_login"];
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
    "/api/auth/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ways to log in besides a password. */
        get: operations["login_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider sends the browser back to. It is logged in, or goes to `/login?error=CODE`. */
        get: operations["return_from_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to link an account elsewhere to one's own: the browser is to go to `url`. */
        post: operations["link_oidc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends the browser to the provider. When that does not work, it goes to `/login?error=CODE`. */
        get: operations["start_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/unlink": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Unlinks it. */
        post: operations["unlink_oidc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's passkeys, oldest first. */
        get: operations["list_passkeys"];
        put?: never;
        /** Keeps the passkey that the browser made. */
        post: operations["create_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkeys/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to make a passkey. */
        post: operations["begin_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkeys/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes a passkey. */
        post: operations["remove_passkey"];
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
        /** Changes one's password and ends all other sessions, and API keys if wanted. */
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
    "/api/auth/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to set up an authenticator app. Nothing is asked for until a code of it was shown. */
        post: operations["begin_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows a code of the new app: from now on one is asked for. The answer is the only time the recovery codes are told. */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns the app off: the password alone is enough again. */
        post: operations["disable_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/totp/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes new recovery codes; the old ones are good no longer. */
        post: operations["renew_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was restarted, stopped or updated, from which version to which and by whom, newest first; also versions that came
         *     up by themselves, the server's among them.
         */
        get: operations["list_deployments"];
        put?: never;
        post?: never;
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
         *     changes), `removed` events with a `RemovedEvent`. Without ids: every video that is being worked on. With `jobs`, each
         *     is followed by a `job` event with the `Job` that was made last for the video, if it has one, and `pools` events with
         *     a `PoolList` tell when a pool is paused, goes on, or waits for something else.
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
    "/api/events/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Webhooks as server-sent events: `initial` with a `WebhookList` (at the start, when events were missed, and when there are
         *     others or more to tell), `webhook` with a `Webhook`, `delivery` with a `Delivery` that moved on.
         */
        get: operations["webhook_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The machines as server-sent events: `initial` with a `WorkerList` (at the start, and whenever events were missed), then
         *     what changes: `worker` with a `Worker`, `removed` with a `RemovedWorker`, `server` with a `ServerPart`, `log` with a
         *     `WorkerLog` of the new lines, `deployment` with a `Deployment`.
         */
        get: operations["worker_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs, newest first, and how many there are in each state. */
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retries, stops or reprioritises up to 200 jobs, each for itself: some may be refused. */
        post: operations["bulk_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job with all its tasks: who works on them, how far they are, and why they failed. */
        get: operations["get_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Makes a job more or less urgent, with all that is queued for it. */
        patch: operations["edit_job"];
        trace?: never;
    };
    "/api/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops a job: whatever runs for it ends within two seconds, here and on other machines (on one that cannot be reached,
         *     with its next heartbeat). It can be taken up again. Viewers keep what is complete.
         */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/renditions/{name}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes up again all that failed or was stopped of one rendition, as for one task. */
        post: operations["retry_rendition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes up again all that failed or was stopped of a job; what is done is kept. The answer is the job that goes on:
         *     another one where what this one had made is no good any more.
         */
        post: operations["retry_job"];
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
    "/api/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts that a private video can be shared with, by name: viewers, because editors and admins see all. */
        get: operations["list_people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pools, those of heavy work first. */
        get: operations["list_pools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pools/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a pool begin nothing more, on this machine and on workers. What runs goes on to its end. */
        post: operations["pause_pool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pools/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a pool go on. */
        post: operations["resume_pool"];
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
    "/api/sprites/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs that make seek bar pictures, newest first. */
        get: operations["list_sprite_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sprites/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Stops a job that makes seek bar pictures. Those there are stay. */
        delete: operations["cancel_sprite_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sprites/queue-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the seek bar pictures of every video that has none, is ready and has a source. */
        post: operations["queue_all_sprites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sprites/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many jobs that make seek bar pictures stand where. */
        get: operations["sprites_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Versions, the database, the disk, encoders, and whether each part works. The first request in ten minutes tries the
         *     encoders in software, which takes a second or two; hardware is tried at the start.
         */
        get: operations["get_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes one task up again, such as one chunk: one that failed, was stopped, or rests after a failure. A job that is over
         *     goes on: with this, and with all it cannot do without. Also of a job that succeeded without it, whose video then gets
         *     what it lacked.
         */
        post: operations["retry_task"];
        delete?: never;
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
    "/api/users/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends whatever lets somebody in but the password and its second step: sessions, API keys, passkeys and the link to an
         *     account elsewhere. For an account that fell into wrong hands.
         */
        delete: operations["end_access"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes authenticator app, recovery codes and passkeys away from somebody who lost them: the password is enough again. */
        delete: operations["reset_factors"];
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
         * Changes title, description or who may see it; what is not sent stays. The video's name in URLs stays too, so that
         *     links go on working. Links to its files that were handed out while it was private end when that changes.
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
    "/api/videos/{id}/sprites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Seek bar pictures of a video: those in use, and where the job stands that was made last. */
        get: operations["get_sprites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/videos/{id}/sprites/generate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the seek bar pictures of a video, anew if there are some; those are shown until the others are there. */
        post: operations["generate_sprites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks, oldest first. */
        get: operations["list_webhooks"];
        put?: never;
        /** Adds a webhook. The answer is the only time its secret is told. */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many there are, and what became of messages to them. */
        get: operations["webhook_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["get_webhook"];
        put?: never;
        post?: never;
        /** Removes a webhook, with all messages to it. */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        /** Changes a webhook. */
        patch: operations["edit_webhook"];
        trace?: never;
    };
    "/api/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages to a webhook, newest first. */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One message: what was sent, and what came back. */
        get: operations["get_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/deliveries/{delivery}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message again, with all attempts anew and the same `webhook-id`. */
        post: operations["retry_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a webhook a new secret. Messages are signed with both for a day. */
        post: operations["rotate_webhook_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a `webhook.test` message now, once, and answers with what came of it. */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The machines whose keys are good, by name. */
        get: operations["list_workers"];
        put?: never;
        /**
         * Makes a key for a machine: `vlog worker` there takes it from VLOG_WORKER_API_KEY. The answer is the only time the key
         *     is told.
         */
        post: operations["register_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One machine, and what it works on. */
        get: operations["get_worker"];
        put?: never;
        post?: never;
        /** Makes a machine's key good for nothing, at once and for good; what it works on is given to others. */
        delete: operations["revoke_worker"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a machine at once; what it works on is given to others. */
        post: operations["disable_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a machine finish what it has, and gives it nothing more. */
        post: operations["drain_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a machine take tasks again. */
        post: operations["enable_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Warnings of a machine, and what it says of its tasks: the last lines of its log. */
        get: operations["worker_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a machine to finish or give back what it has, and to begin anew. It hears of it within seconds. */
        post: operations["restart_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a machine to finish or give back what it has, and to end. Somebody has to start it again there. */
        post: operations["stop_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers/{id}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a machine to take the server's program and to begin anew with that. It says why when it cannot. */
        post: operations["update_worker"];
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
        /** Numbers for Prometheus. Without a key for what connects from this machine itself, by no proxy; else for admins. */
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
        /** May requests be sent here: does the database answer, and can the storage be written? Admins find more at `/api/system`. */
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
            /** @description True: all API keys of the account are revoked. */
            revoke_api_keys?: boolean;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description Accounts, by name. */
        AccountList: {
            /** @description At most 1000. */
            users: components["schemas"]["Account"][];
            /** @description Ids of those that are asked for a second factor after the password. */
            with_second_factor: string[];
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
            /** @description `session`, `api_key`, `proxy`, `cli`, `system` or `anonymous`. */
            actor_kind: string;
            /** @description From where. */
            address: string | null;
            /** @description As it is now. */
            after: unknown;
            /** @description What changed, as it was. */
            before: unknown;
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
        /**
         * @description What is done with several jobs.
         * @enum {string}
         */
        BulkAction: "retry" | "cancel" | "prioritise";
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
            /** @description Redis answers; missing when there is none. Everything goes on without it. */
            redis?: string;
            /** @description The storage can be reached. */
            storage: string;
        };
        /** @description A code of the app. */
        CodeBody: {
            /** @description Six digits. */
            code: string;
        };
        /** @description A key that was just made. */
        CreatedApiKey: {
            /** @description What is kept of it. */
            api_key: components["schemas"]["ApiKey"];
            /** @description The key itself, told this once. */
            key: string;
        };
        /** @description A message to a webhook; also the data of a `delivery` event. */
        Delivery: {
            /**
             * Format: int32
             * @description Attempts that ended.
             */
            attempts: number;
            /** @description When it was written down, ISO 8601, UTC. */
            created_at: string;
            /**
             * Format: int64
             * @description How long that took, milliseconds.
             */
            duration_ms: number | null;
            /** @description The same for people. */
            error: string | null;
            /**
             * @description Why the latest attempt does not count: `not_taken`, `redirected`, `gone`, `timeout`, `connect_failed`,
             *     `address_refused`, `request_failed`, `secret_unreadable` or `server_fault`.
             */
            error_code: string | null;
            /** @description What it tells of. */
            event: string;
            /** @description When it was taken, or given up. */
            finished_at: string | null;
            /**
             * Format: int64
             * @description Greater for later ones.
             */
            id: number;
            /** @description Its `webhook-id`: the same at each attempt. */
            message_id: string;
            /** @description When it is tried next; null when it is not. */
            next_try_at: string | null;
            /**
             * Format: int32
             * @description Status of the latest answer.
             */
            response_status: number | null;
            /** @description `pending`, `sending`, `delivered` or `failed`. */
            status: string;
            /** @description When the latest attempt began. */
            tried_at: string | null;
            /** @description To whom. */
            webhook_id: string;
        };
        /** @description A message with what was sent and what came back. */
        DeliveryDetail: components["schemas"]["Delivery"] & {
            /** @description What is sent. */
            payload: Record<string, never>;
            /** @description The beginning of the latest answer, 4 KiB at most. */
            response_body: string | null;
        };
        /** @description A page of messages. */
        DeliveryPage: {
            /** @description Newest first. */
            deliveries: components["schemas"]["Delivery"][];
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description Something that happened, or is to happen, to a program. */
        Deployment: {
            /** @description When it was done, or failed. */
            completed_at: string | null;
            /** @description When. */
            created_at: string;
            /** @description What there is to say about it, such as why it failed. */
            details: string | null;
            /** @description `restart`, `stop`, `update`, or `version_change` for another version that came up by itself. */
            event_type: string;
            /**
             * Format: int64
             * @description Greater for later ones.
             */
            id: number;
            /** @description After. */
            new_version: string | null;
            /** @description Before. */
            old_version: string | null;
            /** @description `pending`, `in_progress`, `completed` or `failed`. */
            status: string;
            /** @description Who wanted it: the name of an account, or of whoever came up by itself. */
            triggered_by: string;
            /** @description UUID; null for the server itself. */
            worker_id: string | null;
            /** @description Its name at that time. */
            worker_name: string;
        };
        /** @description A page of events. */
        DeploymentPage: {
            /** @description Newest first. */
            events: components["schemas"]["Deployment"][];
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description Answer to something that was done. */
        Done: {
            /** @description For people. */
            message: string;
            /** @description Always `ok`. */
            status: string;
        };
        /** @description What was measured of an encoder. */
        EncoderSpeed: {
            /** @description ffmpeg's name. */
            encoder: string;
            /**
             * Format: double
             * @description Against real time, smoothed.
             */
            speed: number;
        };
        /** @description How one logs in. */
        Factors: {
            /** @description False: by other means than a password only. */
            has_password: boolean;
            /** @description What the provider of accounts elsewhere calls the one that is linked; null: none is. */
            oidc_account: string | null;
            /**
             * Format: int64
             * @description Recovery codes that are left, 0 to 10.
             */
            recovery_codes_left: number;
            /** @description Since when a code of an app is asked for, ISO 8601, UTC; null: it is not. */
            totp_since: string | null;
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
        /** @description A graphics card. */
        Gpu: {
            /**
             * Format: int64
             * @description Bytes of memory it has.
             */
            memory_bytes: number;
            /**
             * Format: int64
             * @description Bytes of its memory in use.
             */
            memory_used_bytes: number;
            /** @description What it calls itself. */
            name: string;
            /**
             * Format: double
             * @description Share of its time that was used, 0 to 1.
             */
            used: number;
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
        /** @description A job at a glance; also the data of a `job` event. */
        Job: {
            /** @description When it ended. */
            completed_at: string | null;
            /** @description ISO 8601, UTC. */
            created_at: string;
            /**
             * @description `analyse`, `copy`, `encode`, `audio`, `subtitles`, `thumbnail`, `sprites`, `transcribe` or `finalize`; null when it is
             *     over.
             */
            current_step: string | null;
            error: components["schemas"]["WorkError"] | null;
            /**
             * Format: int64
             * @description Rough time left, seconds.
             */
            eta_seconds: number | null;
            /**
             * Format: int64
             * @description Number of the job.
             */
            id: number;
            /** @description `transcode`, `reencode`, `sprites` or `transcription`. */
            kind: string;
            /** @description A tiny picture as a `data:` URL. */
            placeholder: string | null;
            /** @description How urgent it is. */
            priority: components["schemas"]["Priority"];
            /**
             * Format: int32
             * @description Share of all work done, 0 to 100.
             */
            progress_percent: number;
            /** @description What somebody works on now. */
            running: components["schemas"]["RunningTask"][];
            /**
             * Format: double
             * @description Seconds of the video made each second, by all who work on it.
             */
            speed: number | null;
            /** @description When the first task was begun. */
            started_at: string | null;
            /** @description Where it stands. */
            state: components["schemas"]["WorkState"];
            /** @description How many of its tasks stand where. */
            task_counts: components["schemas"]["TaskCounts"];
            /** @description The thumbnail of 640 pixels. */
            thumbnail_url: string | null;
            /**
             * Format: int64
             * @description Of which video.
             */
            video_id: number;
            /** @description The video's name in URLs. */
            video_slug: string;
            /** @description The video's title. */
            video_title: string;
            /**
             * @description Why nothing moves: `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `no_worker` (nobody
             *     is there who encodes) or `no_encoder` (nobody there has the encoder).
             */
            waiting_reason: string | null;
        };
        /** @description What is done with several jobs. */
        JobBulk: {
            /** @description What. */
            action: components["schemas"]["BulkAction"];
            /** @description Numbers of 1 to 200 jobs. */
            ids: number[];
            priority?: components["schemas"]["Priority"] | null;
        };
        /** @description What became of several jobs. */
        JobBulkResult: {
            /**
             * Format: int32
             * @description For how many it was not.
             */
            failed: number;
            /**
             * Format: int32
             * @description For how many it was done.
             */
            processed: number;
            /** @description One for each id, in the order of the request. */
            results: components["schemas"]["JobResult"][];
        };
        /** @description A stretch of the time line. */
        JobChunk: {
            /**
             * Format: double
             * @description Seconds; null: to the end.
             */
            end: number | null;
            /**
             * Format: int32
             * @description Counted from 0.
             */
            index: number;
            /**
             * Format: double
             * @description Seconds.
             */
            start: number;
        };
        /** @description How many jobs stand where. */
        JobCounts: {
            /**
             * Format: int64
             * @description Waiting and running.
             */
            active: number;
            /**
             * Format: int64
             * @description Stopped.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description Active, and somebody works on it.
             */
            running: number;
            /**
             * Format: int64
             * @description Done.
             */
            succeeded: number;
            /**
             * Format: int64
             * @description Active, and nobody works on it.
             */
            waiting: number;
        };
        /** @description A job looked into. */
        JobDetail: components["schemas"]["Job"] & {
            /** @description What it makes: pictures highest first, then sound, then text. Empty until the file was looked at. */
            renditions: components["schemas"]["JobRendition"][];
            /** @description Every task, in the order in which they were queued. */
            tasks: components["schemas"]["JobTask"][];
        };
        /** @description What an admin changes about a job. */
        JobEdit: {
            /** @description How urgent it is from now on. */
            priority: components["schemas"]["Priority"];
        };
        /** @description Jobs, newest first. */
        JobPage: {
            /** @description Of all pages, whatever the state. */
            counts: components["schemas"]["JobCounts"];
            /** @description True when there is a next page. */
            has_more: boolean;
            /** @description The jobs. */
            jobs: components["schemas"]["Job"][];
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description A rendition of a job. */
        JobRendition: {
            /** @description Of a picture: `h264`, `hevc` or `av1`. */
            codec: string | null;
            /** @description `video`, `audio` or `text`. */
            kind: string;
            /** @description `1080p`, `audio-0`. */
            name: string;
            /**
             * Format: int32
             * @description Share done, 0 to 100.
             */
            progress_percent: number;
            /** @description Where it stands. */
            state: components["schemas"]["WorkState"];
            /** @description Numbers of the tasks that make it, along the time line. One task may make several renditions. */
            task_ids: number[];
        };
        /** @description What became of one of them. */
        JobResult: {
            /** @description Why not: a stable code. */
            code: string | null;
            /** @description Why not, for people. */
            error: string | null;
            /**
             * Format: int64
             * @description Number of the job.
             */
            id: number;
            /** @description Whether it was done. */
            success: boolean;
        };
        /** @description A task of a job. */
        JobTask: {
            /** @description Who does it a second time, because whoever has it is slow: the first to be done wins. */
            also_held_by: string | null;
            /**
             * Format: int32
             * @description Times it was begun.
             */
            attempt: number;
            chunk: components["schemas"]["JobChunk"] | null;
            /** @description When it ended. */
            completed_at: string | null;
            error: components["schemas"]["WorkError"] | null;
            /**
             * Format: int64
             * @description Rough time left, seconds.
             */
            eta_seconds: number | null;
            /** @description Why software made it although a device was to: the encoder, and what it failed of. Null when nothing was amiss. */
            fallback: string | null;
            /** @description Who works on it: `server`, or the name of a worker. */
            held_by: string | null;
            /**
             * Format: int64
             * @description Number of the task.
             */
            id: number;
            /** @description `analyse`, `copy`, `encode`, `audio`, `subtitles`, `thumbnail`, `sprites` or `transcribe`. */
            kind: string;
            /**
             * Format: int32
             * @description Times it may be begun.
             */
            max_attempts: number;
            /** @description When it is tried again; null when it waits for nothing but its turn. */
            next_try_at: string | null;
            /** @description The video is worth watching without it. */
            optional: boolean;
            /**
             * Format: int32
             * @description Share done, 0 to 100.
             */
            progress_percent: number;
            /** @description The renditions it makes, or a part of. */
            renditions: string[];
            /**
             * Format: double
             * @description Against real time.
             */
            speed: number | null;
            /** @description Since when somebody works on it, or when its last try began. */
            started_at: string | null;
            /** @description Where it stands. */
            state: components["schemas"]["WorkState"];
        };
        /** @description Name and password. */
        LoginBody: {
            /** @description The password. */
            password: string;
            /** @description In any case. */
            username: string;
        };
        /** @description The second step of a login. */
        LoginCodeBody: {
            /** @description Six digits of the app, or a recovery code. */
            code: string;
            /** @description From the answer that asked for a code. */
            login_token: string;
        };
        /** @description Ways to log in besides a password. */
        LoginMethods: {
            /** @description What to call the provider of accounts elsewhere, whose way in is `/api/auth/oidc/start`; null: there is none. */
            oidc: string | null;
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
            /** @description One's own, again; not asked for where there is none, and of whom a proxy names. */
            password?: string;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description A new passkey. */
        NewPasskeyBody: {
            /** @description As it was told. */
            ceremony: string;
            /** @description `RegistrationResponseJSON`. */
            credential: Record<string, never>;
            /** @description What to call it, 1 to 100 characters. */
            name: string;
        };
        /** @description An address to tell what happens. */
        NewWebhook: {
            /** @description False: it is told of nothing yet. */
            active?: boolean;
            /** @description What it is told of, at least one; `events` of the list has all there are. */
            events: string[];
            /** @description Headers beside ours, such as `authorization`. */
            headers?: {
                [key: string]: string;
            };
            /** @description What to call it, 1 to 100 characters. */
            name: string;
            /** @description Where messages are sent by POST: http or https, not in a private network unless `webhooks.allow_networks` has it. */
            url: string;
        };
        /** @description What to call a machine. */
        NewWorker: {
            /** @description 1 to 64 letters, digits and . _ - */
            name: string;
        };
        /**
         * @description How a part is.
         * @enum {string}
         */
        PartHealth: "ok" | "warning" | "failing";
        /** @description A passkey. */
        Passkey: {
            /** @description ISO 8601, UTC. */
            created_at: string;
            /** @description Of the credential, base64url. */
            id: string;
            /** @description ISO 8601, UTC; null: never. */
            last_used_at: string | null;
            /** @description What its owner calls it. */
            name: string;
        };
        /** @description Passkeys, oldest first. */
        PasskeyList: {
            /** @description At most 20. */
            passkeys: components["schemas"]["Passkey"][];
        };
        /** @description A passkey, shown. */
        PasskeyLoginBody: {
            /** @description As it was told. */
            ceremony: string;
            /** @description `AuthenticationResponseJSON`. */
            credential: Record<string, never>;
        };
        /** @description What to ask the browser for. */
        PasskeyRequest: {
            /** @description Goes back with the answer, within five minutes, once. */
            ceremony: string;
            /** @description `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`. */
            options: Record<string, never>;
        };
        /** @description One's password, shown again. */
        PasswordAgainBody: {
            /** @description The present one. */
            password: string;
        };
        /** @description Both factors, shown again. */
        PasswordAndCodeBody: {
            /** @description Six digits of the app, or a recovery code. */
            code: string;
            /** @description The present one. */
            password: string;
        };
        /** @description A change of one's password. */
        PasswordBody: {
            /** @description The present one. */
            current: string;
            /** @description At least 8 characters. */
            new: string;
            /** @description True: all API keys of the account are revoked. */
            revoke_api_keys?: boolean;
        };
        /** @description Somebody to share with. */
        Person: {
            /** @description The name that is shown. */
            display_name: string;
            /** @description The name to log in with. */
            username: string;
        };
        /** @description Those to share with. */
        PersonList: {
            /** @description By name, at most 1000. */
            people: components["schemas"]["Person"][];
        };
        /** @description Slots for tasks of some kinds. */
        Pool: {
            /**
             * Format: int32
             * @description Tasks it is running.
             */
            busy: number;
            /** @description `encode`, `light` for all that is quick, or `webhooks` for messages. */
            name: string;
            /** @description True while an admin lets it begin nothing, here and on workers. */
            paused: boolean;
            /**
             * Format: int32
             * @description Tasks it runs at once, on this machine.
             */
            slots: number;
            waiting: components["schemas"]["PoolWaiting"] | null;
        };
        /** @description What runs tasks; also the data of a `pools` event. */
        PoolList: {
            /** @description Those of heavy work first. */
            pools: components["schemas"]["Pool"][];
        };
        /** @description Why a pool begins nothing. */
        PoolWaiting: {
            /** @description `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low` or `webhooks_off`. */
            code: string;
            /** @description For people. */
            message: string;
        };
        /**
         * @description How urgent a job is. The first parts of a new upload come before the rest of all others, however urgent those are.
         * @enum {string}
         */
        Priority: "high" | "normal" | "low";
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
            /** @description With `second_factor_needed`: goes with the code to `/api/auth/login/code`, within five minutes. */
            login_token?: string;
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
            /**
             * @description Why nothing moves: `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `no_worker` (nobody
             *     is there who encodes) or `no_encoder` (nobody there has the encoder).
             */
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
        /** @description Codes for whoever lost the app, each good once, told this once. */
        RecoveryCodes: {
            /** @description Ten, such as `abcde-23456`. */
            recovery_codes: string[];
        };
        /** @description A new machine and its key. */
        RegisteredWorker: {
            /** @description The whole key, told this once. */
            key: string;
            /** @description The machine. */
            worker: components["schemas"]["Worker"];
        };
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
        /** @description A task that somebody works on. */
        RunningTask: {
            /**
             * Format: int32
             * @description Times it was begun.
             */
            attempt: number;
            /** @description Who works on it: `server`, or the name of a worker. */
            held_by: string | null;
            /**
             * Format: int64
             * @description Number of the task.
             */
            id: number;
            /**
             * Format: int32
             * @description Share done, 0 to 100.
             */
            progress_percent: number;
            /**
             * Format: double
             * @description Against real time.
             */
            speed: number | null;
        };
        /** @description Where the browser is to go. */
        SendTo: {
            /** @description Address at the provider. */
            url: string;
        };
        /** @description What the server itself does of the work that workers are lent. */
        ServerPart: {
            /**
             * Format: int32
             * @description Tasks it runs.
             */
            busy: number;
            /** @description Whether it encodes itself (`transcoding.local`). */
            encodes: boolean;
            /** @description Only those on the server's own machine are. */
            local: boolean;
            /**
             * Format: int32
             * @description Port that workers are let in by, as configured.
             */
            port: number;
            /**
             * Format: int32
             * @description Tasks it runs at once.
             */
            slots: number;
            /** @description The platform its program is for. Workers of others are not updated by it. */
            target: string;
            /** @description Of its program. */
            version: string;
        };
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
            /** @description Pass it as `cursor` to get the next page; null on the last one. */
            next_cursor: string | null;
            /** @description Of this page. */
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
            /** @description Texts to write like. */
            examples: string[];
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
            /**
             * @description A regular expression for the whole of a text, as HTML's `pattern` and JSON Schema know them: what does not match is
             *     refused, but for more spaces and other capitals. Null when there is no such rule.
             */
            pattern: string | null;
            /** @description True when it is read at the start only: it cannot be changed here. */
            restart_needed: boolean;
            /** @description Where the value comes from: `default`, `file`, `environment`, `flag` or `database`. */
            source: string;
            /** @description For people. */
            title: string;
            /**
             * @description What a value is: `boolean`, `integer`, `float`, `text`, `choice`, `list`, `bytes`, `duration`, `json`, or
             *     `secret`, which is masked.
             */
            type: string;
            /** @description ISO 8601, UTC; null when it was not changed in the database. */
            updated_at: string | null;
            /** @description Who changed it there, as far as known. */
            updated_by: string | null;
            /** @description What is in force; of a secret "***", or nothing when there is none. */
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
            /** @description Secrets that were changed, too, and are never told: set them anew where the export goes. */
            left_out: string[];
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
            /** @description As exported; not looked at. */
            left_out?: string[];
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
        /** @description Whom a private video is shared with. */
        SharedWith: {
            /** @description Everybody with one of these roles, or a higher one: `viewer` is everybody who is logged in. */
            roles?: components["schemas"]["Role"][];
            /** @description Names of accounts, at most 200. */
            users?: string[];
        };
        /** @description How pictures are asked for. */
        SpriteGenerationRequest: {
            priority?: components["schemas"]["Priority"] | null;
        };
        /** @description A job that makes pictures. */
        SpriteJob: {
            /** @description When it ended. */
            completed_at: string | null;
            /** @description ISO 8601, UTC. */
            created_at: string;
            /** @description Why it failed. */
            error_message: string | null;
            /**
             * Format: int64
             * @description Number of the job; `/api/jobs/{id}` says more.
             */
            id: number;
            /** @description How urgent it is. */
            priority: components["schemas"]["Priority"];
            /** @description When it was begun. */
            started_at: string | null;
            /** @description Where it stands. */
            status: components["schemas"]["SpriteJobStatus"];
            /**
             * Format: int64
             * @description Of which video.
             */
            video_id: number;
            /** @description The video's name in URLs. */
            video_slug: string;
            /** @description The video's title. */
            video_title: string;
        };
        /**
         * @description Where the making of a video's pictures stands.
         * @enum {string}
         */
        SpriteJobStatus: "pending" | "processing" | "completed" | "failed" | "cancelled";
        /** @description Jobs that make pictures, newest first. */
        SpriteJobs: {
            /** @description How many these are. */
            count: number;
            /** @description The jobs. */
            jobs: components["schemas"]["SpriteJob"][];
            /**
             * Format: int64
             * @description How many there are in this state, or in all.
             */
            total: number;
        };
        /** @description How many jobs stand where. */
        SpriteQueueStatus: {
            /**
             * Format: int64
             * @description Stopped.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Done.
             */
            completed: number;
            /**
             * Format: int64
             * @description Given up.
             */
            failed: number;
            /**
             * Format: int64
             * @description Nobody works on it yet.
             */
            pending: number;
            /**
             * Format: int64
             * @description Somebody works on it.
             */
            processing: number;
            /**
             * Format: int64
             * @description All of them.
             */
            total: number;
        };
        /** @description For how many videos pictures were asked for. */
        SpriteQueued: {
            /** @description For people. */
            message: string;
            /**
             * Format: int64
             * @description Videos that had none and could have them.
             */
            queued: number;
            /** @description `ok`. */
            status: string;
        };
        /** @description What became of a request for pictures. */
        SpriteRequested: {
            /**
             * Format: int64
             * @description The job that makes them.
             */
            job_id: number;
            /** @description For people. */
            message: string;
            /** @description `queued` or `already_queued`. */
            status: string;
        };
        /** @description Pictures in use: sheets of tiles, left to right and top to bottom. */
        SpriteSheetInfo: {
            /**
             * Format: int32
             * @description Sheets: `sheet-000.jpg` and so on, beside the index that the video names as `sprites_url`.
             */
            count: number;
            /**
             * Format: int32
             * @description Height of a picture, pixels.
             */
            frame_height: number;
            /**
             * Format: int32
             * @description Width of a picture, pixels.
             */
            frame_width: number;
            /**
             * Format: int32
             * @description Seconds between two pictures.
             */
            interval: number;
            /** @description ISO 8601, UTC. */
            made_at: string;
            /**
             * Format: int32
             * @description Pictures in a row.
             */
            tile_size: number;
            /**
             * Format: int32
             * @description Pictures in all.
             */
            tiles: number;
        };
        /** @description Seek bar pictures of a video. */
        SpriteStatus: {
            /** @description Why that job failed. */
            error: string | null;
            /**
             * Format: int64
             * @description Number of that job.
             */
            job_id: number | null;
            sheets: components["schemas"]["SpriteSheetInfo"] | null;
            status: components["schemas"]["SpriteJobStatus"] | null;
            /**
             * Format: int64
             * @description Id of the video.
             */
            video_id: number;
        };
        /** @description How the server is. */
        System: {
            /** @description Whether each part works. */
            checks: components["schemas"]["SystemCheck"][];
            database: components["schemas"]["SystemDatabase"] | null;
            disk: components["schemas"]["SystemDisk"] | null;
            /** @description Which encoders work on this machine, as they were tried. */
            encoders: components["schemas"]["SystemEncoder"][];
            /** @description Version of ffmpeg; null when it cannot be started. */
            ffmpeg_version: string | null;
            /** @description Version of ffprobe. */
            ffprobe_version: string | null;
            /** @description The worst of all parts. */
            health: components["schemas"]["PartHealth"];
            /**
             * Format: int64
             * @description Memory of the process (resident set size); null when the system does not tell.
             */
            memory_bytes: number | null;
            /** @description What runs tasks. */
            pools: components["schemas"]["SystemPool"][];
            /**
             * Format: int64
             * @description Seconds since the start.
             */
            uptime: number;
            /** @description Version of vlog. */
            version: string;
        };
        /** @description One part of the server. */
        SystemCheck: {
            /** @description What was found. */
            detail: string;
            /** @description What to do about it; null when there is nothing to do. */
            fix: string | null;
            /** @description How it is. */
            health: components["schemas"]["PartHealth"];
            /** @description Which, such as `database`. */
            part: string;
        };
        /** @description The database. */
        SystemDatabase: {
            /**
             * Format: int32
             * @description Open connections that nobody uses.
             */
            connections_idle: number;
            /**
             * Format: int32
             * @description Connections there may be.
             */
            connections_max: number;
            /**
             * Format: int32
             * @description Open connections.
             */
            connections_open: number;
            /** @description `sqlite` or `postgresql`. */
            kind: string;
            /**
             * Format: double
             * @description Milliseconds that the simplest question takes; null when it got no answer.
             */
            latency_ms: number | null;
            /** @description Migrations it has. */
            migrations: number;
            /** @description Migrations it lacks. */
            pending_migrations: number;
            /**
             * Format: int64
             * @description Bytes on its disk.
             */
            size_bytes: number;
            /** @description Of the library or the server. */
            version: string;
        };
        /** @description The disk of the storage. */
        SystemDisk: {
            /**
             * Format: int64
             * @description With less than this free, uploads are refused and jobs wait.
             */
            floor_bytes: number;
            /**
             * Format: int64
             * @description Bytes that may still be written.
             */
            free_bytes: number;
            /**
             * Format: int64
             * @description Bytes of the whole disk.
             */
            total_bytes: number;
            /**
             * Format: int64
             * @description Bytes of videos: uploaded files that are kept, and what was made of them.
             */
            videos_bytes: number;
        };
        /** @description An encoder. */
        SystemEncoder: {
            /** @description `h264`, `hevc` or `av1`. */
            codec: string;
            /** @description `software`, `nvenc`, `vaapi` or `qsv`. */
            device: string;
            /** @description What to do about it. */
            fix: string | null;
            /** @description ffmpeg's name of it. */
            name: string;
            /** @description Why it does not work. */
            reason: string | null;
            /** @description True when it made the pictures it was given. */
            works: boolean;
        };
        /** @description What runs tasks. */
        SystemPool: {
            /**
             * Format: int32
             * @description Tasks it runs.
             */
            busy: number;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description Tasks it can run at once.
             */
            slots: number;
            /** @description Why it starts nothing although tasks are due. */
            waiting: string | null;
        };
        /** @description How many tasks stand where. */
        TaskCounts: {
            /**
             * Format: int64
             * @description Stopped.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Given up.
             */
            failed: number;
            /**
             * Format: int64
             * @description Somebody works on it.
             */
            running: number;
            /**
             * Format: int64
             * @description Done.
             */
            succeeded: number;
            /**
             * Format: int64
             * @description Nobody works on it yet.
             */
            waiting: number;
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
        /** @description What an authenticator app needs (RFC 6238), told this once. */
        TotpEnrolment: {
            /** @description The same as a QR code: an SVG picture as a `data:` URL. */
            qr_code: string;
            /** @description Base32, to be typed in. */
            secret: string;
            /** @description `otpauth://`, for an app on this device. */
            url: string;
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
            priority?: components["schemas"]["Priority"] | null;
            /** @description Roles a private video is shared with, parted by commas: `viewer` is everybody who is logged in. */
            shared_roles?: string | null;
            /** @description Names of accounts a private video is shared with, parted by commas. */
            shared_users?: string | null;
            /** @description Shown title; made from the file's name when empty. */
            title?: string | null;
            visibility?: components["schemas"]["Visibility"] | null;
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
            /** @description True for a session, which can be ended; false for an API key, and for somebody whom a proxy names. */
            has_session: boolean;
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
            /** @description When the addresses of its files lead nowhere any more, ISO 8601, UTC; ask for the video again before. Null: never. */
            media_expires_at: string | null;
            /** @description Picture sizes, highest first. */
            qualities: components["schemas"]["Quality"][];
            shared_with: components["schemas"]["SharedWith"] | null;
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
            /** @description WebVTT whose cues are places on sheets of seek bar pictures, once there are some. */
            sprites_url: string | null;
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
            shared_with?: components["schemas"]["SharedWith"] | null;
            /** @description 1 to 255 characters. */
            title?: string | null;
            visibility?: components["schemas"]["Visibility"] | null;
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
            /** @description Who may see it. */
            visibility: components["schemas"]["Visibility"];
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
        /**
         * @description Who may see a video.
         * @enum {string}
         */
        Visibility: "public" | "unlisted" | "private";
        /** @description Somebody who is told what happens. */
        Webhook: {
            /** @description Whether it is told of anything. */
            active: boolean;
            /** @description When it was added, ISO 8601, UTC. */
            created_at: string;
            /** @description Why the server switched it off: `gone`, because it answered 410. */
            disabled_reason: string | null;
            /** @description What it is told of. */
            events: string[];
            /**
             * Format: int64
             * @description Messages that were given up, of those that are still known.
             */
            failed_deliveries: number;
            /**
             * Format: int32
             * @description Messages it did not take since, in a row.
             */
            failures: number;
            /** @description Names of the headers it gets beside ours. */
            headers: string[];
            /** @description UUID. */
            id: string;
            /** @description When it last did not. */
            last_failure_at: string | null;
            /** @description When it last took a message. */
            last_success_at: string | null;
            /** @description True for the one of `alerts.webhook_url`, which is changed there. */
            managed: boolean;
            /** @description What it is called. */
            name: string;
            /** @description Scheme, host and port of its address. The rest is not told, because many services put a key there. */
            origin: string;
            /**
             * Format: int64
             * @description Messages that wait for it or are on their way.
             */
            pending_deliveries: number;
            /** @description It failed too often, and is left alone until then. */
            resting_until: string | null;
            /**
             * Format: int64
             * @description Messages it took, of those that are still known.
             */
            successful_deliveries: number;
            /** @description When it was last changed. */
            updated_at: string;
        };
        /** @description A change; what is left out stays. */
        WebhookEdit: {
            /** @description Whether it is told of anything. True also ends a rest. */
            active?: boolean | null;
            /** @description What it is told of. */
            events?: string[] | null;
            /** @description All headers beside ours. */
            headers?: {
                [key: string]: string;
            } | null;
            /** @description What to call it. */
            name?: string | null;
            /** @description Where messages are sent. */
            url?: string | null;
        };
        /** @description Webhooks; also the data of an `initial` event. */
        WebhookList: {
            /** @description False while `webhooks.enabled` is off. */
            enabled: boolean;
            /** @description All that one can ask for. */
            events: string[];
            /** @description Oldest first. */
            webhooks: components["schemas"]["Webhook"][];
        };
        /** @description A webhook and its secret. */
        WebhookSecret: {
            /** @description `whsec_...`, told this once: receivers verify with it who sent a message (Standard Webhooks). */
            secret: string;
            /** @description The webhook. */
            webhook: components["schemas"]["Webhook"];
        };
        /** @description Numbers about all webhooks. */
        WebhookStats: {
            /** @description Those that are told of something. */
            active_webhooks: number;
            /**
             * Format: int64
             * @description Messages that were given up, of those that are still known.
             */
            failed_deliveries: number;
            /**
             * Format: int64
             * @description Messages that wait or are on their way.
             */
            pending_deliveries: number;
            /**
             * Format: int64
             * @description Those of them that were taken.
             */
            successful_deliveries_24h: number;
            /**
             * Format: int64
             * @description Messages of the last 24 hours.
             */
            total_deliveries_24h: number;
            /** @description All there are. */
            total_webhooks: number;
        };
        /** @description Why something failed. */
        WorkError: {
            /** @description In plain words. */
            cause: string;
            /** @description Stable code. */
            code: string;
            /** @description The command that was run. */
            command: string | null;
            /** @description What helps. */
            fix: string;
            /** @description What failed, in the words of the program. */
            message: string;
            /** @description The last 50 lines of its error output. */
            stderr: string | null;
        };
        /**
         * @description Where a job or a task stands.
         * @enum {string}
         */
        WorkState: "waiting" | "running" | "succeeded" | "failed" | "cancelled";
        /** @description A machine that may take tasks. */
        Worker: {
            /**
             * Format: int64
             * @description Bytes of sources read from the server since it began.
             */
            bytes_read: number | null;
            /**
             * Format: int64
             * @description Bytes sent to the server since it began.
             */
            bytes_sent: number | null;
            command: components["schemas"]["Deployment"] | null;
            /**
             * Format: int32
             * @description Processor cores.
             */
            cores: number | null;
            /**
             * Format: double
             * @description Processes that want to run, over the last minute, for each core.
             */
            cpu_load: number | null;
            /**
             * Format: double
             * @description Share of the processor's time that was used lately, 0 to 1.
             */
            cpu_used: number | null;
            /** @description When its key was made. */
            created_at: string;
            /**
             * Format: int64
             * @description Bytes free where it works.
             */
            disk_free_bytes: number | null;
            /**
             * Format: int64
             * @description Bytes there are.
             */
            disk_total_bytes: number | null;
            /** @description It may finish what it has and gets nothing more. */
            draining: boolean;
            /** @description ffmpeg's names of the encoders it has. */
            encoders: string[];
            /** @description Of its ffmpeg. */
            ffmpeg: string | null;
            /** @description Its graphics cards, as far as they tell. */
            gpus: components["schemas"]["Gpu"][];
            /** @description How it went in the last minutes, oldest first; empty after the server began. */
            history: components["schemas"]["WorkerSample"][];
            /** @description UUID. */
            id: string;
            /**
             * Format: int64
             * @description Bytes.
             */
            memory_bytes: number | null;
            /**
             * Format: double
             * @description Share of the memory in use, 0 to 1.
             */
            memory_used: number | null;
            /** @description What an admin called it. */
            name: string;
            /** @description The beginning of its key. */
            prefix: string;
            /** @description When it last showed up. */
            seen_at: string | null;
            /**
             * Format: int32
             * @description Tasks it runs at once.
             */
            slots: number | null;
            /** @description How fast one task goes there, against real time, by encoder. */
            speeds: components["schemas"]["EncoderSpeed"][];
            /** @description Where it stands. */
            state: components["schemas"]["WorkerState"];
            /** @description The platform its program is for. */
            target: string | null;
            /** @description What it works on. */
            tasks: components["schemas"]["WorkerTask"][];
            /** @description Of its program; null until it registered. */
            version: string | null;
            /** @description Why it takes nothing although it has slots free: `storage_full`, `storage_unavailable` or `memory_low`. */
            waiting: string | null;
        };
        /** @description Machines. */
        WorkerList: {
            /** @description The server's own part in the work. */
            server: components["schemas"]["ServerPart"];
            /** @description By name. */
            workers: components["schemas"]["Worker"][];
        };
        /** @description The end of a worker's log. */
        WorkerLog: {
            /** @description Oldest first. */
            lines: components["schemas"]["WorkerLogLine"][];
            /** @description UUID. */
            worker_id: string;
            /** @description What an admin called it. */
            worker_name: string;
        };
        /** @description A line of a worker's log. */
        WorkerLogLine: {
            /** @description `error`, `warn` or `info`. */
            level: string;
            /**
             * Format: int64
             * @description Greater for later ones.
             */
            number: number;
            /** @description What. */
            text: string;
            /** @description When, by the worker's clock. */
            time: string;
        };
        /** @description A moment of a worker. */
        WorkerSample: {
            /**
             * Format: double
             * @description Share of the processor's time that was used, 0 to 1.
             */
            cpu_used: number;
            /**
             * Format: double
             * @description How fast its tasks went together, against real time.
             */
            speed: number;
            /** @description When. */
            time: string;
        };
        /**
         * @description Where a machine stands.
         * @enum {string}
         */
        WorkerState: "disabled" | "offline" | "busy" | "active" | "idle";
        /** @description A task a machine works on. */
        WorkerTask: {
            /**
             * Format: int32
             * @description Times it was claimed.
             */
            attempt: number;
            /**
             * Format: int32
             * @description Which part of the time line, from 0.
             */
            chunk: number | null;
            /** @description ffmpeg's name of the encoder. */
            encoder: string | null;
            /**
             * Format: int64
             * @description Number of the task.
             */
            id: number;
            /** @description `encode`, ... */
            kind: string;
            /**
             * Format: double
             * @description Share done, 0 to 1.
             */
            progress: number;
            /** @description The renditions it makes, such as `720p`. */
            rungs: string[];
            /**
             * Format: double
             * @description Against real time.
             */
            speed: number | null;
            /**
             * Format: int64
             * @description Of which video.
             */
            video_id: number;
            /** @description Its title. */
            video_title: string;
        };
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
                /** @description Only from this address, such as `203.0.113.7`. */
                address?: string;
                /** @description Only to this, such as `user:anna`. */
                target?: string;
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
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                /** @description Only from this address, such as `203.0.113.7`. */
                address?: string;
                /** @description Only to this, such as `user:anna`. */
                target?: string;
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
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key makes no keys */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_keys */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong; no name, a role beyond one's own, a time that is past */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key revokes no keys */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_factors: {
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
                    "application/json": components["schemas"]["Factors"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description login_failed: unknown name, wrong password or a disabled account; second_factor_needed: the password is right, go on with `login_token` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in_with_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginCodeBody"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description wrong_code; login_expired: begin again with the password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in_with_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyLoginBody"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description passkey_refused: unknown, forged, too late, or of a disabled account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_passkeys_here: the address is no name, or not the configured one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_passkey_login: {
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
                    "application/json": components["schemas"]["PasskeyRequest"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_passkeys_here: the address is no name, or not the configured one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_methods: {
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
                    "application/json": components["schemas"]["LoginMethods"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    return_from_oidc: {
        parameters: {
            query?: {
                /** @description As it was sent. */
                state?: string;
                /** @description Good once, for us. */
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that leads on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description To /login or /profile, with `error=CODE` */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgainBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendTo"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unavailable: the provider does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_oidc: {
        parameters: {
            query?: {
                /** @description Path on this site to go to afterwards. */
                next?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider, or to /login?error=oidc_unavailable */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no provider */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlink_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgainBody"];
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
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is linked */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_way_in: there is neither a password nor a passkey */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_passkeys: {
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
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskeyBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_passkeys, passkey_known, no_passkeys_here */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No name, too late, or an answer that is not good */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgainBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRequest"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no_passkeys_here: the address is no name, or not the configured one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the passkey */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgainBody"];
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
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such passkey */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_way_in: nothing else would let one in */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The present password is wrong, or the new one will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description csrf_failed: another site asked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Sessions on a page, 1 to 500, 100 by default. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
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
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role viewer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key ends no sessions */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key ends no sessions */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such session */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description wrong_setup_token, csrf_failed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description setup_done: there is an account */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgainBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description totp_enabled: there is one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description totp_not_begun */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The code is wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAndCodeBody"];
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
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password or the code is wrong, or there is no app */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAndCodeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description session_needed: a key cannot do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The password or the code is wrong, or there is no app */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_attempts, with Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deployments: {
        parameters: {
            query?: {
                /** @description Only of this worker, by its id. */
                worker_id?: string;
                /** @description Only `restart`, `stop`, `update` or `version_change`. */
                event_type?: string;
                /** @description Events on a page, 1 to 200, 50 by default. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
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
                    "application/json": components["schemas"]["DeploymentPage"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description At most 50 ids, like `1,2,3`. */
                video_ids?: string;
                /** @description Also `job` events. */
                jobs?: boolean;
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
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad ids, or more than 50 */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many streams */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    webhook_events: {
        parameters: {
            query?: never;
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many streams */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    worker_events: {
        parameters: {
            query?: never;
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many streams */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description `active` (`waiting` and `running` together), `waiting`, `running`, `failed`, `cancelled` or `succeeded`. */
                state?: string;
                /** @description Only of this video. */
                video_id?: number;
                /** @description Only this kind: `transcode`, `reencode`, `sprites` or `transcription`. */
                kind?: string;
                /** @description Jobs on a page, 1 to 200, 50 by default. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
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
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobBulk"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobBulkResult"];
                };
            };
            /** @description Not JSON, or a value that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No ids, more than 200, or no priority to give */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
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
                    "application/json": components["schemas"]["JobDetail"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobEdit"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Not JSON, or a value that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description job_over, or changed_meanwhile by somebody else */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
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
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_running: it is over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_rendition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
                id: number;
                /** @description Name of the rendition, such as 1080p */
                name: string;
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
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job, or no such rendition of it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_failed, source_gone, job_superseded, or job_damaged: only the whole job can be tried again */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
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
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_failed, not_ready, source_gone, or job_superseded: a later job took over the video */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_people: {
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
                    "application/json": components["schemas"]["PersonList"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_pools: {
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
                    "application/json": components["schemas"]["PoolList"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_pool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `encode` or `light` */
                name: string;
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
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such pool */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_pool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `encode` or `light` */
                name: string;
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
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such pool */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that does not fit; `errors` lists all */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A value that does not fit; `errors` lists all */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such key */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting; the answer names the nearest */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only; the answer says where it is set */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The value does not fit; the answer says what would */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such setting */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Read at the start only */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sprite_jobs: {
        parameters: {
            query?: {
                /** @description `pending`, `processing`, `completed`, `failed` or `cancelled`. */
                status?: string;
                /** @description Jobs in the list, 1 to 500, 50 by default. */
                limit?: number;
                /** @description Jobs that are passed over. */
                offset?: number;
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
                    "application/json": components["schemas"]["SpriteJobs"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_sprite_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the job */
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such job, or one of another kind */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_running: it is over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queue_all_sprites: {
        parameters: {
            query?: {
                /** @description `high`, `normal` or `low`, which is the default. */
                priority?: string;
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
                    "application/json": components["schemas"]["SpriteQueued"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description sprites_disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sprites_status: {
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
                    "application/json": components["schemas"]["SpriteQueueStatus"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_system: {
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
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the task */
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
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such task */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_failed, source_gone, job_superseded, or job_damaged: only the whole job can be tried again */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description username_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin: nobody else could do what admins do */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin: nobody else could do what admins do; own_account: your keys are on your profile page */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name or a password that will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_access: {
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description own_account: use your profile page */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_factors: {
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not a video or sound that can be read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A field has a bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little space on the disk */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A title that is empty or too long, a description that is too long, an unknown account to share with */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nothing is being done */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It did not fail */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_sprites: {
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
                    "application/json": components["schemas"]["SpriteStatus"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    generate_sprites: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the video */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SpriteGenerationRequest"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpriteRequested"];
                };
            };
            /** @description Not JSON, or a value that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such video */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_ready, audio_only, source_gone, or sprites_disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_webhooks: {
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
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_many_webhooks */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value, such as an address in a private network */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    webhook_stats: {
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
                    "application/json": components["schemas"]["WebhookStats"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
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
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_managed: it is that of alerts.webhook_url */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    edit_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEdit"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_managed: it is that of alerts.webhook_url; secret_unreadable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description Only `pending`, `sending`, `delivered` or `failed` ones. */
                status?: string;
                /** @description Only of this event, such as `video.ready`. */
                event?: string;
                /** @description Messages on a page, 1 to 200, 50 by default. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Id of the webhook */
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
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description The query cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A bad value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
                /** @description Id of the message */
                delivery: number;
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
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
                /** @description Id of the message */
                delivery: number;
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
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description webhook_inactive; delivery_sending */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_webhook_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
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
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description secret_unreadable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
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
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workers: {
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
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register_worker: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWorker"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredWorker"];
                };
            };
            /** @description Not JSON, or a field that is not known */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_timeout: the body came too slowly */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_name_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large: the body is larger than the limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type: the body is of another kind */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A name that will not do */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drain_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    worker_logs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
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
                    "application/json": components["schemas"]["WorkerLog"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restart_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_offline; command_pending: it has another command */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_offline; command_pending: it has another command */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such worker */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_offline; command_pending: it has another command */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, with Retry-After: too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: an admin's key is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description not_logged_in: log in, or send an API key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_allowed: this is for the role editor */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such file, or not yet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
