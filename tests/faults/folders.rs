use std::fs;
use std::process::Command;

use testkit::Demo;

use crate::{COUNTERSIGN, operator};

#[tokio::test]
async fn a_second_start_keeps_everything_and_a_fresh_one_starts_over() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let first = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let before = first.description.clone();
    assert!(first.stop().await?.success(), "Ctrl-C is a clean end");

    let second = Demo::start_in(COUNTERSIGN, folder.path()).await?;
    let anchors = |demo: &testkit::Description| -> Vec<_> {
        demo.users.iter().map(|person| (person.upn.clone(), person.immutable_id.clone())).collect()
    };
    assert_eq!(second.description.signing_certificate_pem, before.signing_certificate_pem);
    assert_eq!(anchors(&second.description), anchors(&before));
    second.stop().await?;

    let third = Demo::start_fresh_in(COUNTERSIGN, folder.path()).await?;
    assert_ne!(third.description.signing_certificate_pem, before.signing_certificate_pem);
    assert_ne!(anchors(&third.description), anchors(&before));
    Ok(())
}

/// `--fresh` empties only what a demo made.
#[test]
fn a_folder_without_the_marker_is_left_alone() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let letter = folder.path().join("data/letter.txt");
    fs::create_dir(folder.path().join("data"))?;
    fs::write(&letter, "precious")?;
    for arguments in [&["--fresh"][..], &[]] {
        let output = Command::new(COUNTERSIGN)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .args(arguments)
            .output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && complaint.contains("not a demo"), "{complaint}");
        assert_eq!(fs::read_to_string(&letter)?, "precious");
    }
    Ok(())
}

/// S83: nobody else on the network can reach what has passwords that everybody knows.
#[test]
fn a_demo_is_there_for_this_machine_only() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for elsewhere in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let output = Command::new(COUNTERSIGN)
            .args(["demo", "--listen", elsewhere, "--data"])
            .arg(folder.path().join("demo"))
            .output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && complaint.contains("loopback only"), "{elsewhere}: {complaint}");
    }
    assert!(!folder.path().join("demo").exists(), "nothing was made");
    Ok(())
}

/// S83: keys and passwords that everybody knows are never served in earnest.
#[tokio::test]
async fn serve_refuses_the_data_of_a_demo() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    Demo::start_in(COUNTERSIGN, folder.path()).await?.stop().await?;

    let output = operator(folder.path(), &["serve"])?;

    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it serves");
    assert!(complaint.contains("demo"), "{complaint}");
    Ok(())
}
