//! What a request tells of its sender, and the cookies a browser stays logged in by.

use std::net::{IpAddr, SocketAddr};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponseBuilder};

use super::base_path;
use crate::app::accounts::login::SignedIn;
use crate::app::accounts::{Client, SecureCookies};
use crate::app::{App, AppError};
use crate::auth::address;
use crate::auth::passkey::Site;
use crate::auth::token::{ACCESS_LIFE, REFRESH_LIFE};

/// Holds the access token.
pub const ACCESS_COOKIE: &str = "vlog_access";
/// Holds the refresh token; goes to where it is needed only.
pub const REFRESH_COOKIE: &str = "vlog_refresh";

const REFRESH_PATH: &str = "/api/auth";
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request came from.
pub fn client(request: &HttpRequest, app: &App) -> Client {
    let agent = request.headers().get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    Client { address: sender(request, app), user_agent: agent.unwrap_or_default().into_owned() }
}

/// The sender's address; proxies are believed only when they are trusted.
pub fn sender(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    // the proxy adds the address to what the client sent, whatever bytes those are
    let lines = request.headers().get_all(X_FORWARDED_FOR).map(|line| String::from_utf8_lossy(line.as_bytes()));
    let lines: Vec<_> = lines.collect();
    let config = app.config();
    if !lines.is_empty() && !address::is_trusted(peer, &config.http.trusted_proxies) {
        app.system().saw_forwarded(peer);
    }
    Some(address::client(peer, lines.iter().map(AsRef::as_ref), &config.http.trusted_proxies))
}

/// Whom a trusted proxy names. The machine that connects must be the proxy itself: what others say in that header, also
/// by way of a proxy that is trusted with addresses only, is not even looked at.
pub fn named_by_proxy<'a>(request: &'a HttpRequest, app: &App) -> Result<Option<&'a str>, AppError> {
    let config = app.config();
    let (name, networks) = (config.accounts.trusted_header.as_str(), &config.accounts.trusted_header_networks);
    if name.is_empty() || !request.peer_addr().is_some_and(|peer| address::is_trusted(peer.ip(), networks)) {
        return Ok(None);
    }
    let mut values = request.headers().get_all(name);
    let Some(value) = values.next().filter(|value| !value.is_empty()) else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(user), None) => Ok(Some(user.trim())),
        // the proxy adds its line to what the client sent: either may be the client's
        _ => Err(AppError::Forbidden { code: "ambiguous_user", message: "The proxy names nobody clearly.".to_owned() }),
    }
}

/// Gives the browser the cookies of a login.
pub fn set_cookies(response: &mut HttpResponseBuilder, request: &HttpRequest, app: &App, signed_in: &SignedIn) {
    let secure = is_secure(request, app);
    let life = |life: std::time::Duration| Duration::seconds(i64::try_from(life.as_secs()).unwrap_or(0));
    let [everywhere, renewing] = cookie_paths(request, app);
    let access = Cookie::build(ACCESS_COOKIE, signed_in.access.as_str()).path(everywhere).max_age(life(ACCESS_LIFE));
    let refresh = Cookie::build(REFRESH_COOKIE, signed_in.refresh.as_str()).path(renewing).max_age(life(REFRESH_LIFE));
    for cookie in [access, refresh] {
        response.cookie(cookie.http_only(true).same_site(SameSite::Strict).secure(secure).finish());
    }
}

/// Takes them back.
pub fn remove_cookies(response: &mut HttpResponseBuilder, request: &HttpRequest, app: &App) {
    for (name, path) in [ACCESS_COOKIE, REFRESH_COOKIE].into_iter().zip(cookie_paths(request, app)) {
        let gone = Cookie::build(name, "").path(path).max_age(Duration::ZERO);
        response.cookie(gone.http_only(true).same_site(SameSite::Strict).finish());
    }
}

/// Where the access cookie goes, and where the refresh cookie: nowhere outside the base path, which belongs to others.
fn cookie_paths(request: &HttpRequest, app: &App) -> [String; 2] {
    let base = base_path::of_request(request, app);
    let everywhere = if base.is_empty() { "/".to_owned() } else { base.clone() };
    [everywhere, base + REFRESH_PATH]
}

/// Scheme and host by which the client knows us, as far as trusted proxies say so.
pub fn origin(request: &HttpRequest, app: &App) -> (&'static str, String) {
    let scheme = if came_by_https(request, app) { "https" } else { "http" };
    let said = if is_proxied(request, app) { last(request, &X_FORWARDED_HOST) } else { None };
    let host = said.or_else(|| last(request, &header::HOST)).map(str::to_owned);
    let listener = || request.conn_data::<SocketAddr>().map(ToString::to_string);
    (scheme, host.or_else(listener).unwrap_or_default())
}

/// Whether the browser shall send the cookies by https only.
pub fn is_secure(request: &HttpRequest, app: &App) -> bool {
    match app.config().accounts.secure_cookies {
        SecureCookies::Always => true,
        SecureCookies::Never => false,
        SecureCookies::Auto => came_by_https(request, app),
    }
}

/// [`origin`] as browsers write it. Where no proxy tells the scheme, the public address does, if it is of this host.
pub fn origin_text(request: &HttpRequest, app: &App) -> String {
    let (scheme, host) = origin(request, app);
    let known = url::Url::parse(&app.config().http.public_url).ok();
    let same =
        |known: &url::Url| known[url::Position::BeforeHost..url::Position::AfterPort].eq_ignore_ascii_case(&host);
    let scheme = known.as_ref().filter(|known| same(known)).map_or(scheme, url::Url::scheme);
    format!("{scheme}://{host}")
}

/// The site that passkeys of this request are for.
pub fn site(request: &HttpRequest, app: &App) -> Result<Site, AppError> {
    let origin = origin_text(request, app);
    let config = app.config();
    let wanted = config.accounts.passkey_domain.to_ascii_lowercase();
    let host = url::Url::parse(&origin).ok().and_then(|url| url.domain().map(str::to_owned)).unwrap_or_default();
    if wanted.is_empty() && !host.is_empty() {
        return Ok(Site { domain: host, origin });
    }
    let below = host.strip_suffix(&wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !wanted.is_empty() && below {
        return Ok(Site { domain: wanted, origin });
    }
    let message = "Passkeys need a name such as video.example.org or localhost, and the one they were made for.";
    Err(AppError::conflict("no_passkeys_here", message))
}

/// A path on this site, to go to; `/` for anything that a browser would take for another site.
pub fn local_path(text: &str) -> String {
    let here = url::Url::parse("http://vlog.invalid/").ok();
    let found = here.and_then(|here| Some((here.join(text).ok()?, here)));
    match found {
        Some((url, here))
            if text.starts_with('/') && url.origin() == here.origin() && !url.path().starts_with("//") =>
        {
            url[url::Position::BeforePath..].to_owned()
        }
        _ => "/".to_owned(),
    }
}

fn came_by_https(request: &HttpRequest, app: &App) -> bool {
    is_proxied(request, app) && last(request, &X_FORWARDED_PROTO).is_some_and(|s| s.eq_ignore_ascii_case("https"))
}

fn is_proxied(request: &HttpRequest, app: &App) -> bool {
    let trusted = &app.config().http.trusted_proxies;
    request.peer_addr().is_some_and(|peer| address::is_trusted(peer.ip(), trusted))
}

/// The last value of a header: the nearest proxy's.
fn last<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    let values = request.headers().get_all(name).last()?.as_bytes();
    let value = values.rsplit(|byte| *byte == b',').next().and_then(|value| std::str::from_utf8(value).ok());
    value.map(str::trim).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_other_sites() {
        for (text, path) in [
            ("/", "/"),
            ("/profile?a=1&b=2#c", "/profile?a=1&b=2#c"),
            ("/watch/\u{e4}\"<", "/watch/%C3%A4%22%3C"),
            ("/a/../b", "/b"),
        ] {
            assert_eq!(local_path(text), path);
        }
        for text in [
            "",
            "profile",
            "//example.org",
            "/\\example.org",
            "\\\\example.org",
            "/.//example.org",
            "/a/..//example.org",
            "https://example.org",
            "javascript:alert(1)",
            "/\t/example.org",
            "\t//example.org",
            "/\n/example.org",
            "http://vlog.invalid/x",
            "///example.org",
            "/%2e//example.org",
        ] {
            assert_eq!(local_path(text), "/", "{text:?}");
        }
    }
}
