//! The tables as diesel sees them. Columns that only the database itself uses (full-text search) are left out.

diesel::table! {
    videos (id) {
        id -> BigInt,
        slug -> Text,
        title -> Text,
        title_key -> Text,
        description -> Text,
        status -> Text,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        warnings -> Text,
        source_key -> Text,
        source_name -> Text,
        source_size_bytes -> BigInt,
        source_kept -> Bool,
        media -> Text,
        duration_seconds -> Double,
        width -> BigInt,
        height -> BigInt,
        generation -> Nullable<BigInt>,
        renditions -> Text,
        max_quality -> Nullable<Text>,
        placeholder -> Nullable<Text>,
        thumbnail_widths -> Text,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
        first_published_at -> Nullable<BigInt>,
        visibility -> Text,
        sharing_version -> BigInt,
    }
}

diesel::table! {
    // has no primary key; rows are only found by their video
    video_shares (video_id) {
        video_id -> BigInt,
        user_id -> Nullable<Text>,
        role -> Nullable<Text>,
    }
}

diesel::table! {
    sprites (video_id) {
        video_id -> BigInt,
        number -> BigInt,
        interval_seconds -> BigInt,
        tiles -> BigInt,
        sheet_columns -> BigInt,
        sheet_rows -> BigInt,
        width -> BigInt,
        height -> BigInt,
        made_at -> BigInt,
        shown_number -> Nullable<BigInt>,
    }
}

diesel::table! {
    transcripts (video_id) {
        video_id -> BigInt,
        number -> Nullable<BigInt>,
        shown_number -> Nullable<BigInt>,
        language -> Nullable<Text>,
        probability -> Nullable<Double>,
        text -> Text,
        word_count -> BigInt,
        duration_seconds -> Double,
        edited -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        video_id -> BigInt,
        generation -> BigInt,
        state -> Text,
        priority -> Integer,
        plan -> Nullable<Text>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        created_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tasks (id) {
        id -> BigInt,
        job_id -> BigInt,
        video_id -> BigInt,
        kind -> Text,
        spec -> Text,
        state -> Text,
        priority -> Integer,
        requires -> Text,
        attempt -> BigInt,
        max_attempts -> BigInt,
        interruptions -> BigInt,
        run_at -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_token -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        progress -> Double,
        speed -> Nullable<Double>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        error_command -> Nullable<Text>,
        error_stderr -> Nullable<Text>,
        outcome -> Nullable<Text>,
        created_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        turn -> BigInt,
        twin_of -> Nullable<BigInt>,
        machine_faults -> BigInt,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> BigInt,
        updated_by -> Nullable<Text>,
    }
}

diesel::table! {
    imports (fingerprint) {
        fingerprint -> Text,
        imported_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        username_key -> Text,
        display_name -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        user_agent -> Text,
        address -> Text,
    }
}

diesel::table! {
    refresh_tokens (jti) {
        jti -> Text,
        session_id -> Text,
        used_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        prefix -> Text,
        hash -> Text,
        role -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> BigInt,
        actor_id -> Nullable<Text>,
        actor -> Text,
        actor_kind -> Text,
        address -> Nullable<Text>,
        action -> Text,
        target -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        result -> Text,
    }
}

diesel::table! {
    totp (user_id) {
        user_id -> Text,
        secret -> Text,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    recovery_codes (user_id, hash) {
        user_id -> Text,
        hash -> Text,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        fixed -> Text,
        changing -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Text,
        name -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    workers (id) {
        id -> Text,
        name -> Text,
        prefix -> Text,
        hash -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        draining -> Bool,
        seen_at -> Nullable<BigInt>,
        left_at -> Nullable<BigInt>,
        version -> Nullable<Text>,
        capabilities -> Nullable<Text>,
        load -> Nullable<Text>,
    }
}

diesel::table! {
    deployment_events (id) {
        id -> BigInt,
        worker_id -> Nullable<Text>,
        worker_name -> Text,
        event_type -> Text,
        old_version -> Nullable<Text>,
        new_version -> Nullable<Text>,
        status -> Text,
        triggered_by -> Text,
        details -> Nullable<Text>,
        created_at -> BigInt,
        completed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    worker_logs (worker_id, number) {
        worker_id -> Text,
        number -> BigInt,
        at -> BigInt,
        level -> Text,
        text -> Text,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        name -> Text,
        origin -> Text,
        target -> Text,
        events -> Text,
        active -> Bool,
        managed -> Bool,
        disabled_reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        tried_at -> BigInt,
        last_success_at -> Nullable<BigInt>,
        last_failure_at -> Nullable<BigInt>,
        failures -> BigInt,
        rest_until -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        webhook_id -> Text,
        message_id -> Text,
        event -> Text,
        payload -> Text,
        status -> Text,
        attempts -> BigInt,
        run_at -> BigInt,
        lease_token -> Nullable<Text>,
        created_at -> BigInt,
        tried_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        response_status -> Nullable<BigInt>,
        response_body -> Nullable<Text>,
        duration_ms -> Nullable<BigInt>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
    }
}

diesel::joinable!(video_shares -> users (user_id));
diesel::joinable!(sprites -> videos (video_id));
diesel::allow_tables_to_appear_in_same_query!(users, sessions, refresh_tokens, api_keys);
diesel::allow_tables_to_appear_in_same_query!(videos, video_shares, users);
diesel::allow_tables_to_appear_in_same_query!(videos, sprites);
diesel::allow_tables_to_appear_in_same_query!(jobs, tasks);
