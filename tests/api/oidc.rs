//! Logging in with an account elsewhere, against a provider of our own (`provider.rs` says why).

use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, redirect};
use serde_json::{Value, json};
use vlog::config::{NewcomerRole, SecretText};
use vlog::domain::account::Role;

use crate::accounts::{Browser, PASSWORD, actions, add, login, patch};
use crate::provider::{CLIENT, Lie, Provider, SECRET};
use crate::support::{At, Server};

async fn start(newcomers: Option<Role>) -> (Server, Provider) {
    let provider = Provider::start();
    let issuer = provider.issuer.clone();
    let server = Server::with(|config| {
        config.oidc.issuer = issuer;
        config.oidc.client_id = CLIENT.to_owned();
        config.oidc.client_secret = SecretText(SECRET.to_owned());
        config.oidc.default_role = NewcomerRole(newcomers);
        config.oidc.admin_values = vec!["vlog-admins".to_owned()];
        config.oidc.editor_values = vec!["vlog-editors".to_owned()];
        config.oidc.name = "Example".to_owned();
    })
    .await;
    provider.knows(person("1", "anna"), json!({}));
    (server, provider)
}

fn person(subject: &str, name: &str) -> Value {
    json!({ "sub": subject, "preferred_username": name, "name": "Anna Beispiel", "email": "anna@example.org", "groups": [] })
}

/// A browser that follows nothing by itself.
struct Traveller<'a> {
    server: &'a Server,
    at: At,
    http: Client,
    flow: String,
}

fn location(response: &Response) -> String {
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// Of the page that leads on.
async fn leads_to(response: Response) -> String {
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = response.text().await.unwrap();
    page.split("content=\"0;url=").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

fn cookie<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let cookies = response.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    cookies.into_iter().find(|line| line.starts_with(&format!("{name}=")))
}

impl<'a> Traveller<'a> {
    fn new(server: &'a Server) -> Self {
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { server, at: At::Admin, http, flow: String::new() }
    }

    async fn get(&self, url: &str, cookies: &str) -> Response {
        self.http.get(url).header("cookie", cookies).header("sec-fetch-site", "cross-site").send().await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address(self.at))
    }

    /// To the provider and back, up to the door.
    async fn go_to_provider(&mut self, next: &str) -> String {
        let response = self.get(&self.url(&format!("/api/auth/oidc/start?next={next}")), "").await;
        assert_eq!(response.status(), 303);
        let kept = cookie(&response, "vlog_oidc").unwrap();
        assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Lax") && kept.contains("Path=/api/auth/oidc"));
        self.flow = kept.split(';').next().unwrap().to_owned();
        location(&self.get(&location(&response), "").await)
    }

    async fn come_back(&self, address: &str) -> Response {
        self.get(address, &self.flow).await
    }

    async fn log_in(&mut self) -> Response {
        let back = self.go_to_provider("/profile?a=1%26b=2").await;
        self.come_back(&back).await
    }

    /// Logs in and returns the browser that is in.
    async fn get_in(&mut self) -> Browser {
        let response = self.log_in().await;
        assert!(cookie(&response, "vlog_oidc").unwrap().contains("Max-Age=0"));
        let mut browser = Browser::default();
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let value = line.split(';').next().unwrap().split_once('=').unwrap().1.to_owned();
            match line {
                line if line.starts_with("vlog_access=") => browser.access = value,
                line if line.starts_with("vlog_refresh=") => browser.refresh = value,
                _ => continue,
            }
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
        }
        assert_eq!(leads_to(response).await, "/profile?a=1&b=2");
        browser
    }

    /// Is sent away with this code, and not let in.
    async fn refused(&mut self, code: &str) {
        let response = self.log_in().await;
        assert!(cookie(&response, "vlog_access").is_none() && cookie(&response, "vlog_refresh").is_none());
        assert_eq!(leads_to(response).await, format!("/login?error={code}"));
    }
}

async fn me(server: &Server, browser: &Browser) -> Value {
    browser.get(server, "/api/auth/me").await.json::<Value>().await.unwrap()["user"].clone()
}

#[actix_web::test]
async fn newcomers_get_an_account_and_come_back_to_it() {
    let (server, provider) = start(Some(Role::Viewer)).await;
    assert_eq!(server.json(At::Public, "/api/auth/methods").await, json!({ "oidc": "Example" }));
    let mut anna = Traveller::new(&server);
    let first = me(&server, &anna.get_in().await).await;
    assert_eq!((&first["username"], &first["display_name"]), (&json!("anna"), &json!("Anna Beispiel")));
    assert_eq!(first["role"], "viewer");
    // what they are called there may change, who they are may not
    provider.signs_with_ec();
    let mut renamed = person("1", "anna2");
    renamed["groups"] = json!(["x", "vlog-editors"]);
    provider.knows(renamed, json!({}));
    anna.at = At::Public;
    let again = me(&server, &anna.get_in().await).await;
    assert_eq!((&again["id"], &again["username"], &again["role"]), (&first["id"], &json!("anna"), &json!("editor")));
    // some providers tell the groups only when asked
    let mut plain = person("1", "anna");
    plain.as_object_mut().unwrap().remove("groups");
    provider.knows(plain, json!({ "groups": ["vlog-admins"] }));
    let browser = anna.get_in().await;
    assert_eq!(me(&server, &browser).await["role"], "admin");
    let factors: Value = browser.get(&server, "/api/auth/factors").await.json().await.unwrap();
    assert_eq!((&factors["oidc_account"], &factors["has_password"]), (&json!("anna"), &json!(false)));
    let unlink = browser.post(&server, "/api/auth/oidc/unlink", json!({ "password": "" })).await;
    server.problem(unlink, 409, "last_way_in").await;
    let totp = browser.post(&server, "/api/auth/totp", json!({ "password": "" })).await;
    server.problem(totp, 409, "no_password").await;
    // another person of the same provider is another account
    provider.knows(person("2", "carl"), json!({}));
    assert_ne!(me(&server, &anna.get_in().await).await["id"], first["id"]);
    provider.knows(person("1", "anna"), json!({}));
    patch(&server, first["id"].as_str().unwrap(), json!({ "disabled": true })).await;
    anna.refused("account_disabled").await;
    let log = actions(&server).await;
    assert_eq!(log[0], ("oidc_login".into(), "refused".into()));
    assert!(log.contains(&("oidc_login".into(), "ok".into())) && log.contains(&("user_created".into(), "ok".into())));
}

#[actix_web::test]
async fn accounts_are_not_taken_over() {
    let (server, provider) = start(Some(Role::Viewer)).await;
    add(&server, "Anna", "admin").await;
    add(&server, "anna@example.org", "admin").await;
    let mut other = Traveller::new(&server);
    for name in ["anna", "ANNA", "anna@example.org"] {
        provider.knows(person("1", name), json!({}));
        other.refused("oidc_name_taken").await;
    }
    for name in ["", "a b", "../etc", &"x".repeat(65)] {
        provider.knows(person("1", name), json!({}));
        other.refused("oidc_no_name").await;
    }
    // nor does anybody get in whom the configuration does not want
    let (server, provider) = start(None).await;
    let mut other = Traveller::new(&server);
    other.refused("oidc_not_allowed").await;
    let mut editor = person("1", "anna");
    editor["groups"] = json!("vlog-editors");
    provider.knows(editor, json!({}));
    let browser = other.get_in().await;
    assert_eq!(me(&server, &browser).await["role"], "editor");
    provider.knows(person("1", "anna"), json!({}));
    other.refused("oidc_not_allowed").await;
}

#[actix_web::test]
async fn an_account_is_linked_by_its_owner() {
    let (server, provider) = start(None).await;
    add(&server, "local", "editor").await;
    let local = login(&server, "local").await;
    let link = async |password: &str| local.post(&server, "/api/auth/oidc/link", json!({ "password": password })).await;
    server.problem(link("wrong").await, 422, "invalid_value").await;
    let with_key = server.request(At::Public, Method::POST, "/api/auth/oidc/link");
    let with_key = with_key.json(&json!({ "password": "" })).send().await.unwrap();
    server.problem(with_key, 403, "session_needed").await;

    let mut traveller = Traveller::new(&server);
    let travel = async |traveller: &mut Traveller<'_>| {
        let response = link(PASSWORD).await;
        traveller.flow = cookie(&response, "vlog_oidc").unwrap().split(';').next().unwrap().to_owned();
        let url: Value = response.json().await.unwrap();
        let back = location(&traveller.get(url["url"].as_str().unwrap(), "").await);
        leads_to(traveller.come_back(&back).await).await
    };
    assert_eq!(travel(&mut traveller).await, "/profile");
    assert_eq!(travel(&mut traveller).await, "/profile?error=oidc_linked_already");
    provider.knows(person("2", "bert"), json!({}));
    assert_eq!(travel(&mut traveller).await, "/profile?error=oidc_linked_already", "one of each provider");
    traveller.refused("oidc_not_allowed").await;

    // the role of an account with a password is set here
    provider.knows(person("1", "anna"), json!({}));
    let browser = traveller.get_in().await;
    let user = me(&server, &browser).await;
    assert_eq!((&user["username"], &user["role"]), (&json!("local"), &json!("editor")));
    let unlink = async |password| browser.post(&server, "/api/auth/oidc/unlink", json!({ "password": password })).await;
    server.problem(unlink("wrong password").await, 422, "invalid_value").await;
    assert_eq!(unlink(PASSWORD).await.status(), 200);
    server.problem(unlink(PASSWORD).await, 404, "not_found").await;
    traveller.refused("oidc_not_allowed").await;

    // whoever logs out on the way has not linked anything
    let response = link(PASSWORD).await;
    traveller.flow = cookie(&response, "vlog_oidc").unwrap().split(';').next().unwrap().to_owned();
    let url: Value = response.json().await.unwrap();
    let back = location(&traveller.get(url["url"].as_str().unwrap(), "").await);
    local.post(&server, "/api/auth/logout", json!({})).await;
    assert_eq!(leads_to(traveller.come_back(&back).await).await, "/profile?error=oidc_expired");
    let log = actions(&server).await;
    assert!(log.contains(&("oidc_linked".into(), "ok".into())) && log.contains(&("oidc_unlinked".into(), "ok".into())));
}

#[actix_web::test]
async fn lies_are_not_believed() {
    let (server, provider) = start(Some(Role::Viewer)).await;
    let mut anna = Traveller::new(&server);
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Audience,
        Lie::OtherAudienceToo,
        Lie::Issuer,
        Lie::Expired,
        Lie::AlgNone,
        Lie::HmacWithSecret,
        Lie::HmacWithPublicKey,
        Lie::OtherKey,
        Lie::ChangedClaims,
        Lie::NoIdToken,
        Lie::AccessTokenHash,
    ] {
        provider.lies(lie);
        eprintln!("{lie:?}");
        anna.refused("oidc_failed").await;
    }
    let mut bare = person("1", "anna");
    bare.as_object_mut().unwrap().remove("groups");
    provider.knows(bare, json!({ "groups": ["vlog-admins"] }));
    provider.lies(Lie::OtherUserinfo);
    anna.refused("oidc_failed").await;
    provider.lies(Lie::None);
    anna.get_in().await;
    assert_eq!(server.json(At::Admin, "/api/users").await["users"].as_array().unwrap().len(), 2, "root and anna");
}

#[actix_web::test]
async fn a_return_is_good_once_for_who_set_out() {
    let (server, provider) = start(Some(Role::Viewer)).await;
    let mut anna = Traveller::new(&server);
    let failed = async |traveller: &Traveller<'_>, back: &str, code: &str| {
        let response = traveller.come_back(back).await;
        assert!(cookie(&response, "vlog_access").is_none());
        assert_eq!(leads_to(response).await, format!("/login?error={code}"), "{back}");
    };
    let back = anna.go_to_provider("/").await;
    let (address, state) = back.rsplit_once("&state=").unwrap();
    failed(&anna, &format!("{address}&state=another"), "oidc_expired").await;
    failed(&anna, address, "oidc_expired").await;
    // somebody else's browser, which set out or did not
    let mut evil = Traveller::new(&server);
    failed(&evil, &back, "oidc_expired").await;
    evil.go_to_provider("/").await;
    failed(&evil, &back, "oidc_expired").await;
    evil.flow = format!("{}x", anna.flow);
    failed(&evil, &back, "oidc_expired").await;
    assert_eq!(provider.asked(), 0, "nobody asked the provider about a code of somebody else");

    assert_eq!(anna.come_back(&back).await.status(), 200);
    assert_eq!(provider.asked(), 1);
    failed(&anna, &back, "oidc_expired").await;
    assert_eq!(provider.asked(), 1);
    // an old code with a fresh flow: the provider knows that it was used
    let used = provider.last_code();
    let fresh = anna.go_to_provider("/").await;
    let state_now = fresh.rsplit_once("&state=").unwrap().1;
    assert_ne!(state, state_now);
    let path = address.split('?').next().unwrap();
    failed(&anna, &format!("{path}?code={used}&state={state_now}"), "oidc_failed").await;
    // a code of another login of the same browser, which PKCE tells apart
    let one = anna.go_to_provider("/").await;
    let stolen = provider.last_code();
    let two = anna.go_to_provider("/").await;
    assert_ne!(one, two);
    let state_two = two.rsplit_once("&state=").unwrap().1;
    failed(&anna, &format!("{path}?code={stolen}&state={state_two}"), "oidc_failed").await;
    // the provider says no
    let denied = anna.go_to_provider("/").await;
    let state = denied.rsplit_once("&state=").unwrap().1;
    failed(&anna, &format!("{path}?error=access_denied&error_description=x&state={state}"), "oidc_denied").await;
}

#[actix_web::test]
async fn logging_in_elsewhere_leads_to_no_other_site() {
    let (server, _provider) = start(Some(Role::Viewer)).await;
    let mut anna = Traveller::new(&server);
    for next in
        ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/.//evil.example", "javascript:alert(1)"]
    {
        let back = anna.go_to_provider(next).await;
        assert_eq!(leads_to(anna.come_back(&back).await).await, "/", "{next}");
    }
    let back = anna.go_to_provider("/watch/%22%3E%3Cscript%3E").await;
    let page = anna.come_back(&back).await.text().await.unwrap();
    assert!(page.contains("/watch/%22%3E%3Cscript%3E") && !page.contains("<script"), "{page}");
}

/// Those who come while it does not answer do not wait for it one after the other.
#[actix_web::test]
async fn a_provider_that_does_not_answer_is_let_be_for_a_while() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", silent.local_addr().unwrap());
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for connection in silent.incoming() {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(connection);
        }
    });
    let server = Server::with(|config| config.oidc.issuer = issuer).await;
    let nobody = Traveller::new(&server);
    for _ in 0..3 {
        let response = nobody.get(&nobody.url("/api/auth/oidc/start"), "").await;
        assert_eq!(location(&response), "/login?error=oidc_unavailable");
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
}

/// Each of its settings steers the next login.
#[actix_web::test]
async fn what_becomes_of_whom_the_provider_knows_is_a_setting() {
    let provider = Provider::start();
    let issuer = provider.issuer.clone();
    let mut anna = person("1", "anna");
    anna["role"] = json!("hand");
    provider.knows(anna, json!({}));
    let server = Server::with(|config| config.oidc.issuer = issuer).await;
    let set = async |values: Value| {
        let request = server.request(At::Admin, Method::PATCH, "/api/settings").json(&values);
        assert_eq!(request.send().await.unwrap().status(), 200, "{values}");
    };
    let start = async || {
        let nobody = Traveller::new(&server);
        location(&nobody.get(&nobody.url("/api/auth/oidc/start"), "").await)
    };
    set(json!({
        "oidc.client_id": "else", "oidc.client_secret": "wrong", "oidc.name": "Ours",
        "oidc.scopes": ["groups", "phone"],
    }))
    .await;
    assert_eq!(server.json(At::Public, "/api/auth/methods").await, json!({ "oidc": "Ours" }));
    let url = start().await;
    assert!(
        url.starts_with(&provider.issuer)
            && url.contains("client_id=else")
            && url.contains("scope=openid+groups+phone"),
        "{url}"
    );
    set(json!({ "oidc.client_id": CLIENT })).await;
    Traveller::new(&server).refused("oidc_failed").await;
    let noted = server.json(At::Admin, "/api/audit?action=oidc_login").await["entries"][0].clone();
    assert_eq!(
        (&noted["result"], &noted["after"]),
        (&json!("refused"), &json!({ "because": "oidc_failed" })),
        "{noted}"
    );
    assert_eq!(
        (&noted["actor"], &noted["address"]),
        (&json!(""), &json!("127.0.0.1")),
        "whom the provider does not tell"
    );
    set(json!({ "oidc.client_secret": SECRET })).await;
    Traveller::new(&server).refused("oidc_not_allowed").await;
    set(json!({ "oidc.role_claim": "role", "oidc.editor_values": "foot, hand" })).await;
    assert_eq!(me(&server, &Traveller::new(&server).get_in().await).await["role"], "editor");
    set(json!({ "oidc.admin_values": ["hand"] })).await;
    assert_eq!(me(&server, &Traveller::new(&server).get_in().await).await["role"], "admin");
    provider.knows(person("2", "bert"), json!({}));
    Traveller::new(&server).refused("oidc_not_allowed").await;
    set(json!({ "oidc.default_role": "viewer" })).await;
    assert_eq!(me(&server, &Traveller::new(&server).get_in().await).await["role"], "viewer");
}

#[actix_web::test]
async fn without_a_provider() {
    let server = Server::start().await;
    assert_eq!(server.json(At::Public, "/api/auth/methods").await, json!({ "oidc": null }));
    for path in ["/api/auth/oidc/start", "/api/auth/oidc/callback?code=1&state=2"] {
        server.problem(server.get(At::Admin, path).await, 404, "not_found").await;
    }
    // one that is not there
    let server = Server::with(|config| config.oidc.issuer = "http://127.0.0.1:9".to_owned()).await;
    let nobody = Traveller::new(&server);
    let response = nobody.get(&nobody.url("/api/auth/oidc/start"), "").await;
    assert_eq!((response.status().as_u16(), location(&response)), (303, "/login?error=oidc_unavailable".to_owned()));
    add(&server, "anna", "viewer").await;
    let anna = login(&server, "anna").await;
    let link = anna.post(&server, "/api/auth/oidc/link", json!({ "password": PASSWORD })).await;
    server.problem(link, 503, "unavailable").await;
}
