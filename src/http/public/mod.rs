//! The public listener: what viewers may see. All its routes stand here.

mod videos;

pub use self::videos::PAGE;

use super::routes::Router;
use super::{auth, health, media, openapi, pages};

/// Every route of the listener.
pub fn routes(router: &mut impl Router) {
    auth::routes(router);
    router
        .service(videos::list)
        .service(videos::get)
        .service(videos::progress)
        .service(videos::transcript)
        .service(videos::events)
        .service(media::public_file)
        .service(media::public_options)
        .service(health::health)
        .service(health::ready)
        .service(openapi::document)
        .service(pages::docs)
        .service(pages::home)
        .service(pages::watch)
        .service(pages::login)
        .service(pages::account)
        .service(pages::asset)
        .service(pages::favicon)
        .service(pages::robots);
}
