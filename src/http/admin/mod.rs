//! The admin listener: the dashboard and its API, on this machine only. All its routes stand here.

mod upload;
mod videos;

pub use self::videos::PAGE;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{health, media, openapi, pages};

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
        .service(health::health)
        .service(health::ready)
        .service(health::metrics)
        .service(openapi::document)
        .service(pages::docs)
        .service(pages::dashboard)
        .service(pages::asset)
        .service(pages::favicon);
}
