//! The admin listener: the dashboard and its API. All its routes stand here, and who may use them in `http/access.rs`.

mod audit;
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
        .service(pages::asset)
        .service(pages::favicon);
}
