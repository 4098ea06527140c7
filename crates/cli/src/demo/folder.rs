use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

/// The file that says that a folder is a demo's: nothing else is ever removed by `--fresh`.
const MARKER: &str = "countersign-demo";

/// Makes the demo's folder, or takes it up again; `fresh` empties one that carries the demo's own marker.
pub fn prepare(folder: &Path, fresh: bool) -> anyhow::Result<()> {
    let marker = folder.join(MARKER);
    let is_demo = marker.is_file();
    let is_empty =
        || -> anyhow::Result<bool> { Ok(!folder.exists() || fs::read_dir(folder)?.next().is_none()) };
    if !is_demo && !is_empty()? {
        bail!(
            "{} holds something that is not a demo; nothing was touched. Choose another folder with --data",
            folder.display()
        );
    }
    if is_demo && fresh {
        for part in ["data", "keys"] {
            let part = folder.join(part);
            if part.exists() {
                fs::remove_dir_all(&part).with_context(|| format!("{} cannot be removed", part.display()))?;
            }
        }
    }
    fs::create_dir_all(folder.join("data"))
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    fs::write(&marker, "This folder belongs to `countersign demo`. Its keys and passwords protect nothing.\n")
        .with_context(|| format!("{} cannot be written", marker.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_with_the_marker_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mail.pst"), "precious").unwrap();
        assert!(prepare(folder.path(), true).is_err());
        assert!(folder.path().join("mail.pst").exists());

        let demo = folder.path().join("demo");
        prepare(&demo, true).unwrap();
        fs::write(demo.join("data/old"), "").unwrap();
        prepare(&demo, false).unwrap();
        assert!(demo.join("data/old").exists(), "a second start keeps the data");
        prepare(&demo, true).unwrap();
        assert!(!demo.join("data/old").exists());
    }
}
