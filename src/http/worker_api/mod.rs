//! The worker listener: for machines that lend their CPU. All its routes stand here.

use utoipa_actix_web::service_config::ServiceConfig;

use super::health;

/// Every route of the listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(health::health).service(health::ready).service(health::metrics);
}
