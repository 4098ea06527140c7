//! Sessions against a database, across restarts and processes.

use authn::{SessionLimits, SessionSecret, Sessions};
use chrono::TimeDelta;
use model::{ApplicationId, OrganisationId};

use place::{Place, at, password};

#[cfg(test)]
mod place;

#[tokio::test]
async fn a_session_is_found_by_its_secret_and_by_no_other() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, session) = place.sign_in(&sessions, at(0)).await;

    let found = sessions.find(&secret, place.organisation, at(1)).await.unwrap().unwrap();
    assert_eq!((found.id, found.user, found.evidence), (session.id, place.user, password(at(0))));
    let stranger = SessionSecret::random().unwrap();
    assert!(sessions.find(&stranger, place.organisation, at(1)).await.unwrap().is_none());
}

/// S73: a cookie that reaches another organisation's host opens nothing there.
#[tokio::test]
async fn a_session_is_good_for_its_own_organisation_only() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, _) = place.sign_in(&sessions, at(0)).await;
    let other = OrganisationId::new();

    assert!(sessions.find(&secret, other, at(1)).await.unwrap().is_none());
    let restarted = place.sessions().await;
    assert!(restarted.find(&secret, other, at(1)).await.unwrap().is_none());
    assert!(restarted.find(&secret, place.organisation, at(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_survives_a_restart_with_all_that_is_known_of_it() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, session) = place.sign_in(&sessions, at(0)).await;
    let visited = [ApplicationId::new(), ApplicationId::new()];
    for application in [visited[0], visited[1], visited[0]] {
        sessions.joined(&session, application).await.unwrap();
    }

    let found = place.sessions().await.find(&secret, place.organisation, at(60)).await.unwrap().unwrap();
    assert_eq!((found.id, found.user, found.evidence), (session.id, session.user, session.evidence));
    assert_eq!((found.created_at, found.expires_at), (session.created_at, session.expires_at));
    assert_eq!(found.relying_parties(), visited);
}

/// S20: signing in again gives another secret, and the former opens nothing any more.
#[tokio::test]
async fn a_renewed_session_has_another_secret_and_the_former_is_dead() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (former, session) = place.sign_in(&sessions, at(0)).await;
    let visited = [ApplicationId::new(), ApplicationId::new()];
    sessions.joined(&session, visited[0]).await.unwrap();

    let renewed = sessions.renew(&session, password(at(60)), false, Some(visited[1]), at(60)).await.unwrap();

    let (secret, renewed) = renewed;
    assert_ne!((secret.hash(), renewed.id), (former.hash(), session.id));
    for sessions in [sessions, place.sessions().await] {
        assert!(sessions.find(&former, place.organisation, at(61)).await.unwrap().is_none());
        let found = sessions.find(&secret, place.organisation, at(61)).await.unwrap().unwrap();
        assert_eq!(found.evidence, password(at(60)));
        assert_eq!(found.relying_parties(), visited);
    }
}

#[tokio::test]
async fn an_ended_session_stays_ended_in_memory_and_after_a_restart() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, session) = place.sign_in(&sessions, at(0)).await;

    sessions.end(&session).await.unwrap();
    sessions.end(&session).await.unwrap();

    for sessions in [sessions, place.sessions().await] {
        assert!(sessions.find(&secret, place.organisation, at(1)).await.unwrap().is_none());
    }
}

/// A sign-out that a restart would undo is none: the person is told, and may try again.
#[tokio::test]
async fn a_session_that_storage_cannot_end_goes_on() {
    let place = Place::new().await;
    let journal = place.journal().await;
    let sessions = Sessions::new(place.store.clone(), journal.clone(), SessionLimits::default());
    let (secret, session) = place.sign_in(&sessions, at(0)).await;
    journal.shutdown().await;

    assert!(sessions.end(&session).await.is_err());

    assert!(sessions.find(&secret, place.organisation, at(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn no_session_begins_that_storage_does_not_know() {
    let place = Place::new().await;
    let journal = place.journal().await;
    let sessions = Sessions::new(place.store.clone(), journal.clone(), SessionLimits::default());
    journal.shutdown().await;

    let begun =
        sessions.begin(place.organisation, place.user, password(at(0)), false, None, at(0)).await.map(drop);
    assert!(begun.is_err());
}

#[tokio::test]
async fn a_session_ends_without_use_and_at_the_latest_when_its_time_is_up() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let hours = |hours: i64| at(hours * 60 * 60);
    let (unused, _) = place.sign_in(&sessions, at(0)).await;
    let (used, _) = place.sign_in(&sessions, at(0)).await;
    for hour in [3, 6, 9] {
        assert!(sessions.find(&used, place.organisation, hours(hour)).await.unwrap().is_some());
    }
    let just_before = hours(4) - TimeDelta::microseconds(1);
    assert!(sessions.find(&unused, place.organisation, hours(4)).await.unwrap().is_none());
    assert!(place.sessions().await.find(&unused, place.organisation, just_before).await.unwrap().is_some());
    assert!(place.sessions().await.find(&used, place.organisation, hours(12)).await.unwrap().is_none());
    assert!(sessions.find(&used, place.organisation, hours(12)).await.unwrap().is_none());
}

#[tokio::test]
async fn who_asked_to_be_kept_signed_in_stays_longer() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let begun =
        sessions.begin(place.organisation, place.user, password(at(0)), true, None, at(0)).await.unwrap();
    let (secret, session) = begun;
    assert!(session.persistent);
    let days = |days: i64| at(days * 24 * 60 * 60);
    for day in [2, 4, 6, 8, 10, 12] {
        assert!(sessions.find(&secret, place.organisation, days(day)).await.unwrap().is_some());
    }
    assert!(sessions.find(&secret, place.organisation, days(14)).await.unwrap().is_none());
}

/// Storage hears of a use about once a minute, so that a restart does not make a busy session an idle one.
#[tokio::test]
async fn storage_learns_of_uses_once_a_minute() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, _) = place.sign_in(&sessions, at(0)).await;
    let mut stored = Vec::new();
    for second in [1, 59, 60, 61, 119, 120, 500] {
        sessions.find(&secret, place.organisation, at(second)).await.unwrap().unwrap();
        let row = place.store.session_by_hash(&secret.hash()).await.unwrap().unwrap();
        stored.push((row.last_seen_at - at(0)).num_seconds());
    }
    assert_eq!(stored, [0, 0, 60, 60, 60, 120, 500]);
}

#[tokio::test]
async fn all_sessions_of_a_user_end_together_and_nobody_else_s() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let colleague = place.user("grace@contoso.example").await;
    let (first, _) = place.sign_in(&sessions, at(0)).await;
    let (second, _) = place.sign_in(&place.sessions().await, at(0)).await;
    let theirs =
        sessions.begin(place.organisation, colleague, password(at(0)), false, None, at(0)).await.unwrap().0;

    sessions.end_all_of_user(place.organisation, place.user).await.unwrap();

    for sessions in [sessions, place.sessions().await] {
        for ended in [&first, &second] {
            assert!(sessions.find(ended, place.organisation, at(1)).await.unwrap().is_none());
        }
        assert!(sessions.find(&theirs, place.organisation, at(1)).await.unwrap().is_some());
    }
}

/// The command line ends sessions in the database; a running server then reads each session anew.
#[tokio::test]
async fn what_another_process_ended_is_gone_once_memory_is_forgotten() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (ended, _) = place.sign_in(&sessions, at(0)).await;
    let mut transaction = place.store.begin().await.unwrap();
    transaction.end_sessions_of_user(place.organisation, place.user).await.unwrap();
    transaction.commit().await.unwrap();
    let (live, _) = place.sign_in(&sessions, at(1)).await;

    sessions.forget_all();

    assert!(sessions.find(&ended, place.organisation, at(2)).await.unwrap().is_none());
    assert!(sessions.find(&live, place.organisation, at(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn more_sessions_than_memory_holds_are_all_found() {
    let place = Place::new().await;
    let limits = SessionLimits { in_memory: 1, ..SessionLimits::default() };
    let sessions = Sessions::new(place.store.clone(), place.journal().await, limits);
    let mut secrets = Vec::new();
    for second in 0..40 {
        secrets.push(place.sign_in(&sessions, at(second)).await.0);
    }
    for secret in &secrets {
        assert!(sessions.find(secret, place.organisation, at(60)).await.unwrap().is_some());
    }
}

/// The database holds nothing that opens a session.
#[tokio::test]
async fn storage_holds_the_hash_of_the_secret_alone() {
    let place = Place::new().await;
    let sessions = place.sessions().await;
    let (secret, _) = place.sign_in(&sessions, at(0)).await;
    place.store.close().await;

    let (cookie, hash) = (secret.to_cookie(), secret.hash());
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        stored.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |bytes: &[u8]| stored.windows(bytes.len()).any(|window| window == bytes);
    assert!(holds(&hash) && !holds(cookie.as_bytes()));
}
