//! The `vlog` binary.
fn main() {}
