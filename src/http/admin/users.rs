//! `/api/users`: accounts, for admins.

use actix_web::{HttpRequest, delete, get, patch, post, web};

use crate::app::accounts::{factors, users};
use crate::app::{App, AppError, sharing};
use crate::domain::id::UserId;
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::views::Done;
use crate::http::views::accounts::{Account, AccountEdit, AccountList, NewAccount, PersonList};

fn id(path: &web::Path<String>) -> Result<UserId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// All accounts, by name.
#[utoipa::path(tag = "users", responses((status = 200, body = AccountList)))]
#[get("/api/users")]
pub async fn list_users(app: web::Data<App>) -> Result<web::Json<AccountList>, AppError> {
    Ok(web::Json(AccountList::of(users::list(&app).await?, &factors::holders(&app).await?)))
}

/// Accounts that a private video can be shared with, by name: viewers, because editors and admins see all.
#[utoipa::path(tag = "users", responses((status = 200, body = PersonList)))]
#[get("/api/people")]
pub async fn list_people(app: web::Data<App>) -> Result<web::Json<PersonList>, AppError> {
    Ok(web::Json(sharing::people(&app).await?.into()))
}

/// Adds an account. Without a password nobody can log in until one is set.
#[utoipa::path(tag = "users", request_body = NewAccount, responses(
    (status = 200, body = Account),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 409, description = "username_taken", body = Problem),
    (status = 422, description = "A name or a password that will not do", body = Problem)))]
#[post("/api/users")]
pub async fn create_user(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<NewAccount>,
) -> Result<web::Json<Account>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    Ok(web::Json(users::create(&app, &actor, body.into_inner().into()).await?.into()))
}

/// One account.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, body = Account), (status = 404, description = "No such account", body = Problem)))]
#[get("/api/users/{id}")]
pub async fn get_user(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<Account>, AppError> {
    Ok(web::Json(users::get(&app, id(&path)?).await?.into()))
}

/// Changes an account; what is not sent stays. A new password, and being disabled, end its sessions.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id of the account")),
    request_body = AccountEdit, responses(
    (status = 200, body = Account),
    (status = 400, description = "Not JSON, or a field that is not known", body = Problem),
    (status = 404, description = "No such account", body = Problem),
    (status = 409, description = "last_admin: nobody else could do what admins do; own_account: your keys are on your profile page", body = Problem),
    (status = 422, description = "A name or a password that will not do", body = Problem)))]
#[patch("/api/users/{id}")]
pub async fn update_user(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    body: web::Json<AccountEdit>,
) -> Result<web::Json<Account>, AppError> {
    let actor = caller.0.actor(sender(&request, &app));
    Ok(web::Json(users::update(&app, &actor, id(&path)?, body.into_inner().into()).await?.into()))
}

/// Removes an account with its sessions and keys. What it did stays in the audit log.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, body = Done),
    (status = 404, description = "No such account", body = Problem),
    (status = 409, description = "last_admin: nobody else could do what admins do", body = Problem)))]
#[delete("/api/users/{id}")]
pub async fn delete_user(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    users::delete(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("The account was deleted.")))
}

/// Takes authenticator app, recovery codes and passkeys away from somebody who lost them: the password is enough again.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, body = Done), (status = 404, description = "No such account", body = Problem)))]
#[delete("/api/users/{id}/factors")]
pub async fn reset_factors(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    factors::reset(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("App, recovery codes and passkeys were taken away.")))
}

/// Ends whatever lets somebody in but the password and its second step: sessions, API keys, passkeys and the link to an
/// account elsewhere. For an account that fell into wrong hands.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id of the account")), responses(
    (status = 200, body = Done), (status = 404, description = "No such account", body = Problem),
    (status = 409, description = "own_account: use your profile page", body = Problem)))]
#[delete("/api/users/{id}/access")]
pub async fn end_access(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<web::Json<Done>, AppError> {
    users::end_access(&app, &caller.0.actor(sender(&request, &app)), id(&path)?).await?;
    Ok(web::Json(Done::new("Sessions, API keys, passkeys and the link were ended.")))
}
