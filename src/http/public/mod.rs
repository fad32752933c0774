//! The public listener: what viewers may see. All its routes stand here.

mod videos;

pub use self::videos::PAGE;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{auth, health, media, openapi, pages};

/// Every route of the listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(videos::list)
        .service(videos::get)
        .service(videos::progress)
        .service(videos::events)
        .service(media::public_file)
        .service(media::public_options)
        .configure(auth::routes)
        .service(health::health)
        .service(health::ready)
        .service(openapi::document)
        .service(pages::docs)
        .service(pages::home)
        .service(pages::watch)
        .service(pages::asset)
        .service(pages::favicon)
        .service(pages::robots);
}
