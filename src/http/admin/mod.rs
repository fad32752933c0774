//! The admin listener: the dashboard and its API. All its routes stand here, and who may use them in `http/access.rs`.

mod audit;
mod settings;
mod upload;
mod users;
mod videos;

pub use self::videos::PAGE;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{auth, health, media, openapi, pages};

/// Every route of the listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(upload::upload)
        .service(videos::list)
        .service(videos::get)
        .service(videos::progress)
        .service(videos::edit)
        .service(videos::delete)
        .service(videos::retry)
        .service(videos::cancel)
        .service(videos::events)
        .service(settings::list_settings)
        .service(settings::export_settings)
        .service(settings::import_settings)
        .service(settings::get_setting)
        .service(settings::set_setting)
        .service(settings::reset_setting)
        .service(settings::change_settings)
        .service(media::admin_file)
        .configure(auth::routes)
        .service(users::list_users)
        .service(users::create_user)
        .service(users::get_user)
        .service(users::update_user)
        .service(users::delete_user)
        .service(audit::list_audit)
        .service(audit::export_audit)
        .service(health::health)
        .service(health::ready)
        .service(health::metrics)
        .service(openapi::document)
        .service(pages::docs)
        .service(pages::dashboard)
        .service(pages::settings)
        .service(pages::login)
        .service(pages::setup)
        .service(pages::profile)
        .service(pages::users)
        .service(pages::audit)
        .service(pages::asset)
        .service(pages::favicon);
}
