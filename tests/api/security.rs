//! Headers, the guard of the private listeners, and what clients must not be able to do.

use reqwest::Method;

use crate::support::{At, Server};

#[actix_web::test]
async fn headers_on_pages_and_data() {
    let server = Server::start().await;
    for at in [At::Public, At::Admin] {
        let page = server.get(at, "/").await;
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        for part in ["default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'self'"] {
            assert!(policy.split("; ").any(|p| p == part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let data = server.get(at, "/api/videos").await;
        assert_eq!(data.headers()["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
        for response in [page, data, server.get(at, "/nothing").await] {
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            assert_eq!(response.headers()["referrer-policy"], "strict-origin-when-cross-origin");
            assert!(response.headers().contains_key("permissions-policy"));
            assert!(response.headers().contains_key("x-request-id"));
        }
    }
}

#[actix_web::test]
async fn request_ids_are_echoed_when_plain() {
    let server = Server::start().await;
    let id = async |sent: &str| {
        let request = server.request(At::Public, Method::GET, "/health").header("X-Request-ID", sent);
        request.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(id("abc-123").await, "abc-123");
    assert_ne!(id("a b").await, "a b");
    assert_ne!(id(&"x".repeat(65)).await, "x".repeat(65));
}

#[actix_web::test]
async fn viewers_cannot_write() {
    let server = Server::start().await;
    for (method, path, status, code) in [
        (Method::POST, "/api/videos", 405, "method_not_allowed"),
        (Method::DELETE, "/api/videos/1", 405, "method_not_allowed"),
        (Method::PATCH, "/api/videos/1", 405, "method_not_allowed"),
        (Method::PUT, "/videos/x/master.m3u8", 405, "method_not_allowed"),
        (Method::POST, "/api/videos/1/retry", 404, "not_found"),
        (Method::GET, "/api/videos/1/cancel", 404, "not_found"),
    ] {
        let response = server.request(At::Public, method, path).send().await.unwrap();
        server.problem(response, status, code).await;
    }
}

#[actix_web::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    use actix_web::{test, web};
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    let server = Server::start().await;
    let service = vlog::http::service(&server.app, vlog::http::Listener::Public).route("/panic", web::get().to(panics));
    let service = test::init_service(service).await;
    let call = test::try_call_service(&service, test::TestRequest::get().uri("/panic").to_request()).await;
    let problem = call.err().unwrap().error_response();
    assert_eq!(problem.status(), 500);
    let body = actix_web::body::to_bytes(problem.into_body()).await.ok().unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("internal_error") && !text.contains("on purpose"), "{text}");
    let after = test::call_service(&service, test::TestRequest::get().uri("/health").to_request()).await;
    assert_eq!(after.status(), 200);
}
