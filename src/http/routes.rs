//! Where the routes of a listener are entered: into a server that answers them, or into the description of its API. Only
//! the second one makes descriptions, which take longer to make, and more memory, than all else at the start.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use actix_web::dev::HttpServiceFactory;
use actix_web::{HttpRequest, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, OpenApiFactory, service_config};

use super::{Listener, admin, media, public, worker_api};

/// Takes routes.
pub trait Router {
    /// One more.
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self;
}

impl Router for web::ServiceConfig {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self {
        Self::service(self, route)
    }
}

impl Router for service_config::ServiceConfig<'_> {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self {
        Self::service(self, route)
    }
}

/// The pattern of the files of videos.
pub const MEDIA: &str = "/videos/{slug}/{path:.*}";

/// The pattern of the route that a request is for.
pub fn pattern(request: &HttpRequest) -> Option<Cow<'static, str>> {
    match media::parts(request.match_info().as_str()) {
        Some(_) => Some(Cow::Borrowed(MEDIA)),
        None => request.match_pattern().map(Cow::Owned),
    }
}

impl Listener {
    /// Enters all of its routes.
    pub(super) fn enter(self, router: &mut impl Router) {
        match self {
            Self::Public => public::routes(router),
            Self::Admin => admin::routes(router),
            Self::Worker => worker_api::routes(router),
        }
    }

    /// Adds all of its routes to a description.
    pub(super) fn describe(self, base: OpenApi) -> OpenApi {
        let app = actix_web::App::new().into_utoipa_app().openapi(base);
        app.configure(|router| self.enter(router)).split_for_parts().1
    }
}

/// The methods of every route of a listener, by its pattern; found out when somebody first asks.
#[derive(Default)]
pub struct Methods(OnceLock<HashMap<String, String>>);

impl Methods {
    /// Those that an address takes; none when no route has this pattern.
    pub fn of(&self, listener: Listener, pattern: &str) -> Option<&str> {
        let methods = self.0.get_or_init(|| {
            let described = listener.describe(OpenApi::default());
            let with_methods = |(pattern, item): (String, utoipa::openapi::PathItem)| {
                let methods = [
                    ("GET, HEAD", &item.get),
                    ("POST", &item.post),
                    ("PUT", &item.put),
                    ("PATCH", &item.patch),
                    ("DELETE", &item.delete),
                    ("OPTIONS", &item.options),
                ];
                let taken = methods.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name);
                (pattern, taken.collect::<Vec<_>>().join(", "))
            };
            described.paths.paths.into_iter().map(with_methods).collect()
        });
        methods.get(pattern).map(String::as_str)
    }
}
