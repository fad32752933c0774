//! `vlog user`: accounts, straight on the database; also the way back in for an admin who forgot the password.

use std::io::{IsTerminal, Read};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand, ValueEnum};

use super::accounts::{named, with_app};
use super::options::ConfigOptions;
use super::print;
use crate::app::accounts::factors;
use crate::app::accounts::users::{self, NewUser, UserEdit};
use crate::domain::account;
use crate::domain::audit::Actor;

const EXAMPLES: &str = "\
Examples:
  vlog user create anna --role admin                 asks for a password
  pass show vlog | vlog user create anna --role editor --password-stdin
  vlog user reset-password anna
  vlog user list";

/// Add, list and change accounts.
///
/// Works on the database of the configuration, whether the server runs or not; a running one notices within seconds.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: ConfigOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an account. Asks for a password at a terminal; without one nobody can log in until it is set
    Create {
        /// The name to log in with
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = Role::Viewer)]
        role: Role,
        /// The name that is shown
        #[arg(long)]
        display_name: Option<String>,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts
    List,
    /// Keep somebody out; ends their sessions
    Disable {
        /// The name to log in with
        name: String,
    },
    /// Let somebody in again
    Enable {
        /// The name to log in with
        name: String,
    },
    /// Change what somebody may do
    Role {
        /// The name to log in with
        name: String,
        /// What they may do
        #[arg(value_enum)]
        role: Role,
    },
    /// Set a new password; ends all sessions
    ResetPassword {
        /// The name to log in with
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Ask somebody who lost phone and recovery codes for the password alone
    ResetFactors {
        /// The name to log in with
        name: String,
    },
}

/// What an account may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Role {
    /// Watch
    Viewer,
    /// Upload, change and delete videos
    Editor,
    /// Everything
    Admin,
}

impl From<Role> for account::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Editor => Self::Editor,
            Role::Admin => Self::Admin,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Create { name, role, display_name, password_stdin } => {
            let new = NewUser {
                username: name.clone(),
                display_name: display_name.clone().unwrap_or_default(),
                role: (*role).into(),
                password: password(*password_stdin)?,
            };
            with_app(&arguments.options, async |app| {
                let user = users::create(app, &Actor::cli(), new).await?;
                print(&format!("{}: created, {}\n", user.username, user.role.as_str()))
            })
        }
        Command::List => list(&arguments.options),
        Command::Disable { name } => edit(arguments, name, UserEdit { disabled: Some(true), ..UserEdit::default() }),
        Command::Enable { name } => edit(arguments, name, UserEdit { disabled: Some(false), ..UserEdit::default() }),
        Command::Role { name, role } => {
            edit(arguments, name, UserEdit { role: Some((*role).into()), ..UserEdit::default() })
        }
        Command::ResetPassword { name, password_stdin } => {
            let password = password(*password_stdin)?;
            ensure!(password.is_some(), "there is no terminal to ask at: use --password-stdin");
            edit(arguments, name, UserEdit { password, ..UserEdit::default() })
        }
        Command::ResetFactors { name } => with_app(&arguments.options, async |app| {
            let user = named(users::find(app, name).await, "account", name)?;
            factors::reset(app, &Actor::cli(), user.id).await?;
            print(&format!("{}: no second factor\n", user.username))
        }),
    }
}

fn list(options: &ConfigOptions) -> anyhow::Result<()> {
    with_app(options, async |app| {
        for user in users::list(app).await? {
            let state = match (user.disabled_at_ms, user.has_password) {
                (Some(_), _) => "disabled",
                (None, true) => "active",
                (None, false) => "active, no password",
            };
            print(&format!("{:<24} {:<8} {:<20} {}\n", user.username, user.role.as_str(), state, user.display_name))?;
        }
        Ok(())
    })
}

fn edit(arguments: &Arguments, name: &str, edit: UserEdit) -> anyhow::Result<()> {
    with_app(&arguments.options, async |app| {
        let user = named(users::find(app, name).await, "account", name)?;
        let user = users::update(app, &Actor::cli(), user.id, edit).await?;
        let state = if user.disabled_at_ms.is_some() { "disabled" } else { "active" };
        print(&format!("{}: {}, {state}\n", user.username, user.role.as_str()))
    })
}

/// From standard input, or asked for at a terminal; none where there is neither.
fn password(from_stdin: bool) -> anyhow::Result<Option<String>> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("the password could not be read")?;
        return Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let password = rpassword::prompt_password("New password: ").context("the password could not be read")?;
    let again = rpassword::prompt_password("Again: ").context("the password could not be read")?;
    ensure!(password == again, "the two are not the same");
    Ok(Some(password))
}
