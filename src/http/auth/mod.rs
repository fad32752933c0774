//! `/api/auth`, the same on the public and the admin listener: logging in, and one's own account. Its routes stand here.

mod account;
mod api_keys;
mod factors;
mod login;
mod oidc;
mod passkeys;

use super::routes::Router;

/// Every route below `/api/auth`.
pub fn routes(router: &mut impl Router) {
    router
        .service(login::log_in)
        .service(factors::log_in_with_code)
        .service(login::log_out)
        .service(login::refresh_session)
        .service(login::setup_state)
        .service(login::set_up)
        .service(passkeys::begin_passkey_login)
        .service(passkeys::log_in_with_passkey)
        .service(passkeys::list_passkeys)
        .service(passkeys::begin_passkey)
        .service(passkeys::create_passkey)
        .service(passkeys::remove_passkey)
        .service(oidc::login_methods)
        .service(oidc::start_oidc)
        .service(oidc::return_from_oidc)
        .service(oidc::link_oidc)
        .service(oidc::unlink_oidc)
        .service(account::me)
        .service(account::change_password)
        .service(factors::get_factors)
        .service(factors::begin_totp)
        .service(factors::confirm_totp)
        .service(factors::renew_recovery_codes)
        .service(factors::disable_totp)
        .service(account::list_sessions)
        .service(account::end_session)
        .service(account::end_other_sessions)
        .service(api_keys::list_api_keys)
        .service(api_keys::create_api_key)
        .service(api_keys::revoke_api_key);
}
