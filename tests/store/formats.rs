//! A database of every format that ever was still opens, with all that is in it.

use crate::server::Setup;
use crate::wire::Wire;
use std::path::PathBuf;

/// Sessions of organization `acme` that stand in each fixture, with their secrets.
const SESSIONS: [(&str, &str); 2] = [
    (
        "b6f5d3fe-5bbd-40f1-a057-b4a571f53e8d",
        "VDwelC2xkOUkd4x9t7jWBMOSJISdwQZ95CG9vPM8jdo",
    ),
    (
        "1f5e17b4-11ba-4473-8671-891a4f9e8b84",
        "Clpr6kEWWPey4WL_1cb9-wrwToyD64-XNxzQSC99JwE",
    ),
];

fn fixtures() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_database_of_every_format_opens_and_its_sessions_go_on() {
    let fixtures = fixtures();
    assert!(fixtures[0].ends_with("format-1.db") && fixtures[1].ends_with("format-2.db"));
    for fixture in fixtures {
        let home = tempfile::tempdir().unwrap();
        let setup = Setup::new(home.path(), 3, 30_000);
        std::fs::create_dir(&setup.folder).unwrap();
        std::fs::copy(&fixture, setup.folder.join("seats.db")).unwrap();

        let server = setup.start().unwrap();

        assert_eq!(server.in_use().await, SESSIONS.len(), "{}", fixture.display());
        for (session, secret) in SESSIONS {
            let mut wire = Wire::open(&server.listen).await.unwrap();
            let asked = serde_json::json!({"type":"resume","org":"acme","session":session,"secret":secret});
            assert_eq!(wire.ask(&asked).await.unwrap().word("session"), session);
        }
        // From format 2 on there are settings, and who made them.
        let (status, kept) = server.get("/api/v1/organizations/kept").await.unwrap();
        let (_, audit) = server.get("/api/v1/audit").await.unwrap();
        if fixture.ends_with("format-1.db") {
            assert!(status == 404 && audit.contains("\"items\":[]"), "{kept} {audit}");
        } else {
            assert!(
                kept.contains("{\"total\":12,\"base\":7,\"increases\":5}"),
                "{kept}"
            );
            assert_eq!(audit.matches("\"operator\"").count(), 2, "{audit}");
        }
    }
}
