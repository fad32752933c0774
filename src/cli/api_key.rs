//! `vlog api-key`: keys for programs, straight on the database.

use std::time::Duration;

use anyhow::ensure;
use clap::{Args, Subcommand};

use super::accounts::{named, with_app};
use super::options::ConfigOptions;
use super::print;
use super::user::Role;
use crate::app::App;
use crate::app::accounts::api_keys::{self, NewApiKey};
use crate::app::accounts::users;
use crate::domain::account::{ApiKey, User};
use crate::domain::audit::Actor;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const EXAMPLES: &str = "\
Examples:
  VLOG_API_KEY=$(vlog api-key create backup --user anna --scope editor --expires 90d)
  vlog api-key list
  vlog api-key revoke 3f2a90c1d4e5";

/// Make, list and revoke API keys.
///
/// A program sends one as `Authorization: Bearer KEY`; `vlog upload` takes it from VLOG_API_KEY.
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
    /// Make a key and print it, alone, on standard output: the only time it can be seen
    Create {
        /// What it is for
        name: String,
        /// Whose it is
        #[arg(long)]
        user: String,
        /// The most it may do [default: all that its owner may]
        #[arg(long, value_enum)]
        scope: Option<Role>,
        /// How long it stays good, such as 90d or 12h [default: until it is revoked]
        #[arg(long, value_parser = life)]
        expires: Option<Duration>,
    },
    /// List keys that were not revoked
    List {
        /// Only those of this account
        #[arg(long)]
        user: Option<String>,
    },
    /// Revoke a key
    Revoke {
        /// Its prefix, the part between the first two _ of the key, or its id
        key: String,
    },
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    with_app(&arguments.options, async |app| match &arguments.command {
        Command::Create { name, user, scope, expires } => create(app, name, user, *scope, *expires).await,
        Command::List { user } => list(app, user.as_deref()).await,
        Command::Revoke { key } => revoke(app, key).await,
    })
}

async fn create(
    app: &App,
    name: &str,
    user: &str,
    scope: Option<Role>,
    expires: Option<Duration>,
) -> anyhow::Result<()> {
    let user = named(users::find(app, user).await, "account", user)?;
    let expires_at_ms = expires.map(|life| (jiff::Timestamp::now() + life).as_millisecond());
    let new = NewApiKey { name: name.to_owned(), role: scope.map_or(user.role, Into::into), expires_at_ms };
    let (_, key) = api_keys::create_for(app, &Actor::cli(), &user, new).await?;
    print(&format!("{key}\n"))
}

async fn list(app: &App, user: Option<&str>) -> anyhow::Result<()> {
    let user = match user {
        Some(name) => Some(named(users::find(app, name).await, "account", name)?.id),
        None => None,
    };
    let owners = users::list(app).await?;
    let mut page = api_keys::list_of(app, user, None).await?;
    while let Some(last) = page.last().cloned() {
        print_page(&page, &owners)?;
        page = api_keys::list_of(app, user, Some(last)).await?;
    }
    Ok(())
}

fn print_page(keys: &[ApiKey], owners: &[User]) -> anyhow::Result<()> {
    for key in keys {
        let owner = owners.iter().find(|owner| owner.id == key.user_id).map_or("?", |owner| &owner.username);
        let day = |at: Option<i64>| {
            let time = at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
            time.map_or("never".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
        };
        let (expires, used) = (day(key.expires_at_ms), day(key.last_used_at_ms));
        let role = key.role.as_str();
        print(&format!(
            "{:<14} {owner:<20} {role:<8} expires {expires:<12} used {used:<12} {}\n",
            key.prefix, key.name
        ))?;
    }
    Ok(())
}

async fn revoke(app: &App, text: &str) -> anyhow::Result<()> {
    let key = named(api_keys::find(app, text).await, "key", text)?;
    ensure!(key.revoked_at_ms.is_none(), "the key {text:?} is revoked already");
    api_keys::revoke(app, &Actor::cli(), key.id, None).await?;
    print(&format!("{}: revoked\n", key.prefix))
}

/// `90d`, `12h`, `30m`.
fn life(text: &str) -> Result<Duration, &'static str> {
    let fix = "write a number with a unit, such as 90d, 12h or 30m";
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or(fix)?);
    let unit = match unit {
        "d" => DAY,
        "h" => DAY / 24,
        "m" => DAY / 24 / 60,
        _ => return Err(fix),
    };
    let number: u32 = number.parse().map_err(|_| fix)?;
    if number == 0 || number > 36_500 { Err(fix) } else { Ok(unit * number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives() {
        assert_eq!(life("90d"), Ok(90 * DAY));
        assert_eq!(life("12h"), Ok(DAY / 2));
        for bad in ["", "90", "d", "0d", "90y", "-1d", "999999999d"] {
            assert!(life(bad).is_err(), "{bad}");
        }
    }
}
