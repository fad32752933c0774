//! The public listener: what viewers may see. All its routes stand here.

mod videos;

pub use self::videos::PAGE;

use super::media::Files;
use super::routes::Router;
use super::{auth, health, openapi, pages};

/// Every route of the listener.
pub fn routes(router: &mut impl Router) {
    router.service(Files::published()); // first: nothing else is asked for as often
    auth::routes(router);
    router
        .service(videos::list)
        .service(videos::get)
        .service(videos::progress)
        .service(videos::transcript)
        .service(videos::events)
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
