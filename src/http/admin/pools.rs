//! `/api/pools`: what runs tasks, paused and resumed.

use actix_web::{HttpRequest, get, post, web};

use crate::app::{App, AppError, pools};
use crate::http::access::Caller;
use crate::http::client::sender;
use crate::http::error::Problem;
use crate::http::views::pools::{Pool, PoolList};

/// The pools, those of heavy work first.
#[utoipa::path(tag = "jobs", responses((status = 200, body = PoolList)))]
#[get("/api/pools")]
pub async fn list_pools(app: web::Data<App>) -> web::Json<PoolList> {
    web::Json(pools::list(&app).into())
}

/// Lets a pool begin nothing more, on this machine and on workers. What runs goes on to its end.
#[utoipa::path(tag = "jobs", params(("name" = String, Path, description = "`encode` or `light`")), responses(
    (status = 200, body = Pool), (status = 404, description = "No such pool", body = Problem)))]
#[post("/api/pools/{name}/pause")]
pub async fn pause_pool(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    name: web::Path<String>,
) -> Result<web::Json<Pool>, AppError> {
    set(&request, &app, &caller, &name, true).await
}

/// Lets a pool go on.
#[utoipa::path(tag = "jobs", params(("name" = String, Path, description = "`encode` or `light`")), responses(
    (status = 200, body = Pool), (status = 404, description = "No such pool", body = Problem)))]
#[post("/api/pools/{name}/resume")]
pub async fn resume_pool(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    name: web::Path<String>,
) -> Result<web::Json<Pool>, AppError> {
    set(&request, &app, &caller, &name, false).await
}

async fn set(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    name: &str,
    pause: bool,
) -> Result<web::Json<Pool>, AppError> {
    let actor = caller.0.actor(sender(request, app));
    Ok(web::Json(pools::set_paused(app, &actor, name, pause).await?.into()))
}
