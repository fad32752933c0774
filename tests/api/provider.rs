//! A small OpenID Connect provider, in place of Authelia, Keycloak and others, none of which can be installed where the
//! tests run: real HTTP, discovery, keys, PKCE, and answers signed with RS256 or ES256. It is strict where providers
//! are (a code is good once, for who asked) and can be told to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair};
use ring::{digest, hmac};
use serde_json::{Value, json};

pub const CLIENT: &str = "vlog-tests";
pub const SECRET: &str = "a-secret-of-the-provider";

/// A key for these tests and nothing else; `ring` makes no RSA keys.
const RSA_KEY: &str = include_str!("provider-rsa-key.txt");

/// How it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lie {
    #[default]
    None,
    Nonce,
    NoNonce,
    Audience,
    OtherAudienceToo,
    Issuer,
    Expired,
    AlgNone,
    HmacWithSecret,
    HmacWithPublicKey,
    OtherKey,
    ChangedClaims,
    NoIdToken,
    AccessTokenHash,
    OtherUserinfo,
}

#[derive(Default)]
struct State {
    issuer: String,
    person: Value,
    userinfo: Value,
    lie: Lie,
    use_rsa: bool,
    /// Code to redirect address, nonce, challenge.
    codes: HashMap<String, (String, String, String)>,
    asked: usize,
    last_code: String,
}

struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    other_ec: EcdsaKeyPair,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

type Data = web::Data<(Arc<Mutex<State>>, Arc<Keys>)>;

fn ec() -> EcdsaKeyPair {
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &SystemRandom::new()).unwrap()
}

impl Provider {
    /// On a free port, as long as the test's runtime lives.
    pub fn start() -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", socket.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { issuer: issuer.clone(), use_rsa: true, ..State::default() }));
        let rsa = STANDARD.decode(RSA_KEY.replace('\n', "")).unwrap();
        let keys = Arc::new(Keys { rsa: RsaKeyPair::from_der(&rsa).unwrap(), ec: ec(), other_ec: ec() });
        let data = web::Data::new((Arc::clone(&state), keys));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/jwks", web::get().to(jwks))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/userinfo", web::get().to(userinfo))
        });
        tokio::spawn(server.workers(1).disable_signals().listen(socket).unwrap().run());
        Self { issuer, state }
    }

    /// Whom it logs in from now on, by the claims of the ID token and those told only when asked.
    pub fn knows(&self, person: Value, userinfo: Value) {
        let mut state = self.state.lock().unwrap();
        (state.person, state.userinfo) = (person, userinfo);
    }

    pub fn lies(&self, lie: Lie) {
        self.state.lock().unwrap().lie = lie;
    }

    /// With ES256 instead of RS256.
    pub fn signs_with_ec(&self) {
        self.state.lock().unwrap().use_rsa = false;
    }

    /// How often a code was asked about.
    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    pub fn last_code(&self) -> String {
        self.state.lock().unwrap().last_code.clone()
    }
}

async fn discovery(data: Data) -> HttpResponse {
    let issuer = data.0.lock().unwrap().issuer.clone();
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn jwks(data: Data) -> HttpResponse {
    let keys = &data.1;
    let rsa: PublicKeyComponents<Vec<u8>> = keys.rsa.public().into();
    let point = keys.ec.public_key().as_ref();
    HttpResponse::Ok().json(json!({ "keys": [
        { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": b64(rsa.n), "e": b64(rsa.e) },
        { "kty": "EC", "use": "sig", "alg": "ES256", "kid": "ec", "crv": "P-256",
            "x": b64(&point[1..33]), "y": b64(&point[33..]) },
    ] }))
}

async fn authorize(data: Data, query: web::Query<HashMap<String, String>>) -> HttpResponse {
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    assert_eq!((text("client_id"), text("response_type")), (CLIENT.to_owned(), "code".to_owned()));
    assert_eq!(text("code_challenge_method"), "S256");
    assert!(text("scope").split(' ').any(|scope| scope == "openid"), "{}", text("scope"));
    let code = uuid::Uuid::now_v7().to_string();
    let known = (text("redirect_uri"), text("nonce"), text("code_challenge"));
    let mut state = data.0.lock().unwrap();
    state.codes.insert(code.clone(), known);
    state.last_code = code.clone();
    let to = format!("{}?code={code}&state={}", text("redirect_uri"), text("state"));
    HttpResponse::Found().insert_header(("location", to)).finish()
}

async fn token(request: HttpRequest, data: Data, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let mut state = data.0.lock().unwrap();
    state.asked += 1;
    let own = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if request.headers().get("authorization").is_none_or(|given| given != own.as_str()) {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let refused = || HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    let Some((redirect, nonce, challenge)) = state.codes.remove(&text("code")) else { return refused() };
    let shown = b64(digest::digest(&digest::SHA256, text("code_verifier").as_bytes()));
    if redirect != text("redirect_uri") || challenge != shown || text("grant_type") != "authorization_code" {
        return refused();
    }
    let access = "an-access-token";
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300 });
    if state.lie != Lie::NoIdToken {
        answer["id_token"] = id_token(&state, &data.1, &nonce, access).into();
    }
    HttpResponse::Ok().json(answer)
}

fn id_token(state: &State, keys: &Keys, nonce: &str, access: &str) -> String {
    let now = jiff::Timestamp::now().as_second();
    let lie = state.lie;
    let hash = digest::digest(&digest::SHA256, if lie == Lie::AccessTokenHash { "another" } else { access }.as_bytes());
    let mut claims = state.person.clone();
    claims["iss"] = if lie == Lie::Issuer { "https://elsewhere.example" } else { &state.issuer }.into();
    claims["aud"] = match lie {
        Lie::Audience => json!("somebody-else"),
        Lie::OtherAudienceToo => json!([CLIENT, "somebody-else"]),
        _ => json!(CLIENT),
    };
    claims["exp"] = (if lie == Lie::Expired { now - 60 } else { now + 300 }).into();
    claims["iat"] = (now - 100).into();
    claims["at_hash"] = b64(&hash.as_ref()[..16]).into();
    match lie {
        Lie::Nonce => claims["nonce"] = "another".into(),
        Lie::NoNonce => {}
        _ => claims["nonce"] = nonce.into(),
    }
    let (algorithm, key) = match lie {
        Lie::AlgNone => ("none", ""),
        Lie::HmacWithSecret | Lie::HmacWithPublicKey => ("HS256", ""),
        _ if state.use_rsa && lie != Lie::OtherKey => ("RS256", "rsa"),
        _ => ("ES256", "ec"),
    };
    let mut header = json!({ "alg": algorithm, "typ": "JWT" });
    if !key.is_empty() {
        header["kid"] = key.into();
    }
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let random = SystemRandom::new();
    let mac =
        |secret: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes()).as_ref().to_vec();
    let signature = match (lie, algorithm) {
        (Lie::AlgNone, _) => Vec::new(),
        (Lie::HmacWithSecret, _) => mac(SECRET.as_bytes()),
        (Lie::HmacWithPublicKey, _) => mac(keys.rsa.public().as_ref()),
        (Lie::OtherKey, _) => keys.other_ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        (_, "ES256") => keys.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        _ => {
            let mut signature = vec![0; keys.rsa.public().modulus_len()];
            keys.rsa.sign(&signature::RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
            signature
        }
    };
    if lie == Lie::ChangedClaims {
        claims["sub"] = "somebody else".into();
        return format!("{}.{}.{}", b64(header.to_string()), b64(claims.to_string()), b64(signature));
    }
    format!("{signed}.{}", b64(signature))
}

async fn userinfo(request: HttpRequest, data: Data) -> HttpResponse {
    if request.headers().get("authorization").is_none_or(|given| given != "Bearer an-access-token") {
        return HttpResponse::Unauthorized().finish();
    }
    let state = data.0.lock().unwrap();
    let mut told = state.userinfo.clone();
    told["sub"] = if state.lie == Lie::OtherUserinfo { json!("somebody else") } else { state.person["sub"].clone() };
    HttpResponse::Ok().json(told)
}
