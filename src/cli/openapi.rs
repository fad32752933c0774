//! `vlog openapi`: the description of an API, for clients and for the web pages' types.

use clap::{Args, ValueEnum};

use crate::http::{Listener, openapi_json};

/// Print the OpenAPI 3.1 document of a listener.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose API.
    #[arg(value_enum, default_value_t = Api::Public)]
    listener: Api,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Api {
    /// For viewers.
    Public,
    /// For the dashboard; holds everything the public one has.
    Admin,
    /// For machines that lend their CPU.
    Worker,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let listener = match arguments.listener {
        Api::Public => Listener::Public,
        Api::Admin => Listener::Admin,
        Api::Worker => Listener::Worker,
    };
    super::print(&openapi_json(listener))
}
