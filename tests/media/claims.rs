//! The corpus is what it claims to be: each generated file has its odd property, shows the scene
//! and beeps when it should. Judged without the server.

use crate::support::corpus;

#[test]
fn corpus_is_what_it_claims() -> anyhow::Result<()> {
    let clips = corpus::clips();
    let started = std::time::Instant::now();
    let files = corpus::generate(&clips)?;
    eprintln!("{} clips ready in {:.1} s", clips.len(), started.elapsed().as_secs_f64());
    let mut failures = Vec::new();
    for (clip, file) in clips.iter().zip(&files) {
        match corpus::claims::check_claims(clip, file) {
            Ok(found) => failures.extend(found.into_iter().map(|text| format!("{}: {text}", clip.name))),
            Err(error) => failures.push(format!("{}: {error:#}", clip.name)),
        }
    }
    anyhow::ensure!(failures.is_empty(), "{} claims fail:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = corpus::clips().iter().map(|clip| clip.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two clips share a name");
}

#[test]
fn bad_inputs_can_be_made() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let inputs = crate::support::bad::inputs(directory.path())?;
    for input in &inputs {
        let size = input.path.metadata()?.len();
        assert!(size < 3_000_000, "{} has {size} bytes", input.file_name);
        assert!(!input.codes.is_empty(), "{} expects nothing", input.file_name);
    }
    assert!(inputs.len() > 40, "only {} bad inputs", inputs.len());
    Ok(())
}
