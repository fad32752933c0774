//! The admin listener: the dashboard and its API. All its routes stand here, and who may use them in `http/access.rs`.

mod audit;
mod deployments;
mod jobs;
mod pools;
mod reencode;
mod settings;
mod sprites;
mod system;
mod transcripts;
mod upload;
mod users;
mod videos;
mod webhooks;
mod workers;

pub use self::videos::PAGE;

use super::media::Files;
use super::routes::Router;
use super::{auth, health, openapi, pages};

/// Every route of the listener.
pub fn routes(router: &mut impl Router) {
    router.service(Files::all()); // first: nothing else is asked for as often
    auth::routes(router);
    router
        .service(upload::upload)
        .service(videos::list)
        .service(videos::get)
        .service(videos::progress)
        .service(videos::edit)
        .service(videos::delete)
        .service(videos::retry)
        .service(videos::cancel)
        .service(videos::events)
        .service(transcripts::get_transcript)
        .service(transcripts::edit_transcript)
        .service(transcripts::delete_transcript)
        .service(transcripts::transcribe)
        .service(jobs::list_jobs)
        .service(jobs::bulk_jobs)
        .service(jobs::get_job)
        .service(jobs::edit_job)
        .service(jobs::retry_job)
        .service(jobs::cancel_job)
        .service(jobs::retry_rendition)
        .service(jobs::retry_task)
        .service(sprites::get_sprites)
        .service(sprites::generate_sprites)
        .service(sprites::queue_all_sprites)
        .service(sprites::sprites_status)
        .service(sprites::list_sprite_jobs)
        .service(sprites::cancel_sprite_job)
        .service(reencode::reencode_status)
        .service(reencode::reencode_videos)
        .service(reencode::reencode_all)
        .service(reencode::reencode_jobs)
        .service(reencode::stop_reencode)
        .service(settings::list_settings)
        .service(settings::export_settings)
        .service(settings::import_settings)
        .service(settings::get_setting)
        .service(settings::set_setting)
        .service(settings::reset_setting)
        .service(settings::change_settings)
        .service(users::list_people)
        .service(users::list_users)
        .service(users::create_user)
        .service(users::get_user)
        .service(users::update_user)
        .service(users::delete_user)
        .service(users::reset_factors)
        .service(users::end_access)
        .service(workers::list_workers)
        .service(workers::register_worker)
        .service(workers::get_worker)
        .service(workers::enable_worker)
        .service(workers::disable_worker)
        .service(workers::drain_worker)
        .service(workers::revoke_worker)
        .service(workers::worker_logs)
        .service(workers::worker_events)
        .service(deployments::restart_worker)
        .service(deployments::stop_worker)
        .service(deployments::update_worker)
        .service(deployments::list_deployments)
        .service(webhooks::list_webhooks)
        .service(webhooks::create_webhook)
        .service(webhooks::webhook_stats)
        .service(webhooks::get_webhook)
        .service(webhooks::edit_webhook)
        .service(webhooks::delete_webhook)
        .service(webhooks::rotate_webhook_secret)
        .service(webhooks::test_webhook)
        .service(webhooks::list_deliveries)
        .service(webhooks::get_delivery)
        .service(webhooks::retry_delivery)
        .service(webhooks::webhook_events)
        .service(audit::list_audit)
        .service(audit::export_audit)
        .service(system::get_system)
        .service(pools::list_pools)
        .service(pools::pause_pool)
        .service(pools::resume_pool)
        .service(health::health)
        .service(health::ready)
        .service(health::metrics)
        .service(openapi::document)
        .service(pages::docs)
        .service(pages::dashboard)
        .service(pages::jobs)
        .service(pages::settings)
        .service(pages::login)
        .service(pages::setup)
        .service(pages::profile)
        .service(pages::users)
        .service(pages::audit)
        .service(pages::system)
        .service(pages::workers)
        .service(pages::webhooks)
        .service(pages::asset)
        .service(pages::favicon);
}
