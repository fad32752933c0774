//! Types of the keys about accounts: secrets, the `Secure` mark of cookies, proxies that are believed, what newcomers
//! may do.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use ipnet::IpNet;

use super::super::value::{Given, Kind, Refusal, Value};
use crate::domain::account::Role;

const SECRET_BYTES: usize = 32;
/// What is shown in place of a secret.
const MASK: &str = "***";

/// 32 random bytes, or none: then they stand in the storage. Never shown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct SecretKey(pub Option<[u8; SECRET_BYTES]>);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

impl Value for SecretKey {
    const KIND: Kind = Kind::Secret;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let text = match given {
            Given::Text(text) => text.trim(),
            Given::List(_) => "?",
        };
        if text.is_empty() {
            return Ok(Self(None));
        }
        let base64 = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        let bytes = hex(text).or_else(|| base64.iter().find_map(|code| code.decode(text).ok()?.try_into().ok()));
        // the text is not repeated
        bytes.map(|bytes| Self(Some(bytes))).ok_or_else(|| {
            let fix = "make one with `openssl rand -hex 32`, or leave it empty";
            Refusal::new("this is not 32 bytes in hexadecimal or base64", fix)
        })
    }

    fn show(&self) -> String {
        if self.0.is_some() { "\"***\"" } else { "\"\"" }.to_owned()
    }
}

/// A worker's key, or none. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WorkerKey(pub Option<String>);

impl fmt::Debug for WorkerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkerKey(***)")
    }
}

impl Value for WorkerKey {
    const KIND: Kind = Kind::Secret;

    fn read(given: &Given) -> Result<Self, Refusal> {
        match given {
            Given::Text(text) => Ok(Self(Some(text.trim().to_owned()).filter(|key| !key.is_empty()))),
            Given::List(_) => Err(Refusal::new("this is a list", "write one key")),
        }
    }

    fn show(&self) -> String {
        if self.0.is_some() { "\"***\"" } else { "\"\"" }.to_owned()
    }
}

fn hex(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let digits = text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    let digits: Vec<u8> = digits.collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if digits.len() == 2 * SECRET_BYTES { bytes.try_into().ok() } else { None }
}

/// A secret that another server gave us. Empty: none. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(***)")
    }
}

impl Value for SecretText {
    const KIND: Kind = Kind::Secret;

    fn read(given: &Given) -> Result<Self, Refusal> {
        match given {
            Given::Text(text) if text.trim() == MASK => {
                Err(Refusal::new("this only stands for a secret that is not shown", "write the secret itself"))
            }
            Given::Text(text) => Ok(Self(text.trim().to_owned())),
            Given::List(_) => Err(Refusal::new("a list stands where one value is wanted", "write one text in quotes")),
        }
    }

    fn show(&self) -> String {
        if self.0.is_empty() { String::new() } else { MASK.to_owned() }.show()
    }

    fn reveal(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

/// What an account may do that is made for somebody who has none; none: nobody gets one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewcomerRole(pub Option<Role>);

impl Value for NewcomerRole {
    const KIND: Kind = Kind::Choice;
    const CHOICES: &'static [&'static str] = &["none", "viewer", "editor", "admin"];

    fn read(given: &Given) -> Result<Self, Refusal> {
        match given {
            Given::Text(text) if text.trim() == "none" => Ok(Self(None)),
            other => {
                let role = match other {
                    Given::Text(text) => text.trim().parse().ok(),
                    Given::List(_) => None,
                };
                let fix = format!("use one of {}", Self::CHOICES.join(", "));
                role.map(|role| Self(Some(role))).ok_or_else(|| Refusal::new("this is none of the choices", fix))
            }
        }
    }

    fn show(&self) -> String {
        format!("\"{}\"", self.0.map_or("none", Role::as_str))
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::List;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let parts: Self = match given {
            Given::List(list) => list.iter().map(|part| part.trim().to_owned()).collect(),
            Given::Text(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
        };
        Ok(parts.into_iter().filter(|part| !part.is_empty()).collect())
    }

    fn show(&self) -> String {
        let parts: Vec<String> = self.iter().map(Value::show).collect();
        format!("[{}]", parts.join(", "))
    }
}

/// Whether cookies are for https only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecureCookies {
    /// When the request came by https, as a trusted proxy says.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

impl Value for SecureCookies {
    const KIND: Kind = Kind::Choice;
    const CHOICES: &'static [&'static str] = &["auto", "true", "false"];

    fn read(given: &Given) -> Result<Self, Refusal> {
        let text = match given {
            Given::Text(text) => text.trim().to_ascii_lowercase(),
            Given::List(_) => String::new(),
        };
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            "true" | "yes" | "on" | "1" => Ok(Self::Always),
            "false" | "no" | "off" | "0" => Ok(Self::Never),
            _ => Err(Refusal::new("this is none of the choices", "write \"auto\", \"true\" or \"false\"")),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "\"auto\"",
            Self::Always => "\"true\"",
            Self::Never => "\"false\"",
        }
        .to_owned()
    }
}

impl Value for Vec<IpNet> {
    const KIND: Kind = Kind::List;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let parts: Vec<&str> = match given {
            Given::List(list) => list.iter().map(|part| part.trim()).collect(),
            Given::Text(text) => text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect(),
        };
        let network = |part: &&str| {
            let address = || part.parse().map(|address: std::net::IpAddr| IpNet::from(address));
            part.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
                let fix = "write networks such as [\"127.0.0.1\", \"10.0.0.0/8\", \"fd00::/8\"]";
                Refusal::new(format!("{part:?} is neither an address nor a network"), fix)
            })
        };
        parts.iter().map(network).collect()
    }

    fn show(&self) -> String {
        let networks: Vec<String> = self.iter().map(|network| format!("\"{network}\"")).collect();
        format!("[{}]", networks.join(", "))
    }
}
