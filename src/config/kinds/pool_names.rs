//! `transcoding.paused`: which pools begin nothing new.

use super::super::value::{Given, Kind, Refusal, Value};
use crate::domain::job::POOLS;

/// Names of pools, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolNames(pub Vec<&'static str>);

impl Value for PoolNames {
    const KIND: Kind = Kind::List;
    const CHOICES: &'static [&'static str] = &POOLS;

    fn read(given: &Given) -> Result<Self, Refusal> {
        let names: Vec<&str> = match given {
            Given::List(list) => list.iter().map(|name| name.trim()).collect(),
            Given::Text(text) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        };
        if let Some(unknown) = names.iter().find(|name| !POOLS.contains(name)) {
            let fix = format!("use any of {}, or an empty list", POOLS.join(", "));
            return Err(Refusal::new(format!("{unknown:?} is no pool"), fix));
        }
        Ok(Self(POOLS.into_iter().filter(|pool| names.contains(pool)).collect()))
    }

    fn show(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|name| format!("{name:?}")).collect();
        format!("[{}]", names.join(", "))
    }
}
