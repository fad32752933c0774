//! `/api/auth`, the same on the public and the admin listener: logging in, and one's own account. Its routes stand here.

mod account;
mod api_keys;
mod login;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route below `/api/auth`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(login::log_in)
        .service(login::log_out)
        .service(login::refresh_session)
        .service(login::setup_state)
        .service(login::set_up)
        .service(account::me)
        .service(account::change_password)
        .service(account::list_sessions)
        .service(account::end_session)
        .service(account::end_other_sessions)
        .service(api_keys::list_api_keys)
        .service(api_keys::create_api_key)
        .service(api_keys::revoke_api_key);
}
