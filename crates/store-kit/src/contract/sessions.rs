//! Promises about sessions: what is stored, whose they are, when they begin and end.

use std::sync::Arc;

use roster_application::ports::store::{Expired, Store, StoredSession};
use roster_domain::change::{SessionGround, Write};
use roster_domain::id::SessionId;
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::role::Role;
use roster_domain::session::{Holder, IdpSession, Session, SessionEpoch};
use roster_domain::text::RoleName;
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
use time::{Duration, OffsetDateTime};

use super::world::sign_in::{at_once, operators_session, redeem, secret, session, start, written};
use super::world::{World, assert_conflict, at, change, edited, edited_role, id, person_name};

/// Ends nothing: the promises move one of the three times at a time.
fn nothing_expired() -> Expired {
    Expired {
        now: at(0),
        seen_before: at(0),
        links_before: at(0),
    }
}

/// A session that began at `started_at`.
fn with_every_field(user: &User, started_at: OffsetDateTime) -> Session {
    Session {
        holder: Holder::User {
            id: user.id,
            epoch: SessionEpoch::new(41),
            idp: IdpSession {
                entity_id: "http://www.okta.com/exk1?a=\"%_".to_owned(),
                name_id: "Åda 李 'O''Brien'".to_owned(),
                name_id_format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
                session_index: Some("id1 😀".to_owned()),
            },
        },
        last_seen_at: started_at + Duration::microseconds(1),
        source_ip: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Mozilla/5.0 (\"ö\")".to_owned()),
        ..session(user, started_at)
    }
}

async fn stored(world: &World, session: &Session) -> StoredSession {
    let stored = world.handle.session(&session.secret).await.unwrap();
    stored.unwrap()
}

pub async fn every_field_of_a_session_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let plain = world.sign_in(&ada, at(1)).await;
    let full = world.begin(with_every_field(&ada, at(2)), &ada).await;
    for session in [&plain, &full] {
        assert_eq!(stored(&world, session).await.session, *session);
    }
    assert_eq!(
        world.handle.sessions_of(ada.id).await.unwrap(),
        [full, plain]
    );
}

pub async fn an_operators_session_reads_back_and_is_no_persons(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let link = world.add_link(at(600)).await;
    let session = operators_session(at(1));
    world
        .handle
        .commit(&redeem(link.secret, &session))
        .await
        .unwrap();
    let expected = StoredSession {
        session: session.clone(),
        person: None,
    };
    assert_eq!(stored(&world, &session).await, expected);
}

pub async fn a_session_is_found_by_its_secret_even_when_it_has_expired(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let expired = Session {
        expires_at: at(1),
        ..session(&ada, at(1))
    };
    let expired = world.begin(expired, &ada).await;
    world.sign_in(&ada, at(2)).await;
    assert_eq!(stored(&world, &expired).await.session, expired);
    assert_eq!(world.handle.session(&secret()).await.unwrap(), None);
}

pub async fn a_session_comes_with_the_person_as_they_are_now(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let session = world.sign_in(&ada, at(1)).await;
    let (before, _) = stored(&world, &session).await.person.unwrap();
    assert_eq!(before, ada);
    assert!(session.holds_for(&before));

    let change = edited(&ada, |user| {
        user.given_name = person_name("Ada");
        user.active = false;
        user.session_epoch = user.session_epoch.next();
        user.pending_role = Some(world.read_only.to_ref());
        user.identity = Some(IdpIdentity::new("idp", "ada"));
    });
    world.handle.commit(&change).await.unwrap();
    let Write::UpdateUser { user, .. } = change.write else {
        panic!("not an update")
    };
    let (session, (person, _)) = match stored(&world, &session).await {
        StoredSession {
            session,
            person: Some(person),
        } => (session, person),
        other => panic!("nobody's: {other:?}"),
    };
    assert_eq!(person, user);
    // The application judges: what it needs for that is there.
    assert_eq!(person.session_epoch, SessionEpoch::FIRST.next());
    assert!(!session.holds_for(&person));
}

pub async fn a_session_has_the_permissions_of_the_role_in_force(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world
        .add_user(User {
            pending_role: Some(world.admin.to_ref()),
            ..world.person("ada")
        })
        .await;
    let session = world.sign_in(&ada, at(1)).await;
    let permissions = async || stored(&world, &session).await.person.unwrap().1;
    assert_eq!(permissions().await, world.analyst.permissions);

    // Of the role as it is now, under its name of now.
    let own: PermissionSet = [Permission::new("Own").unwrap()].into_iter().collect();
    let change = edited_role(&world.analyst, |role| {
        role.permissions = own.clone();
        role.name = RoleName::new("Researcher").unwrap();
    });
    world.handle.commit(&change).await.unwrap();
    assert_eq!(permissions().await, own);
    let (person, _) = stored(&world, &session).await.person.unwrap();
    assert_eq!(person.role.name.as_str(), "Researcher");
}

pub async fn an_admins_session_has_every_permission_whatever_was_stored(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let forgetful = edited_role(&world.admin, |role: &mut Role| {
        role.permissions = PermissionSet::default();
    });
    world.handle.commit(&forgetful).await.unwrap();
    let ada = world.add_admin("ada").await;
    let session = world.sign_in(&ada, at(1)).await;
    let (_, permissions) = stored(&world, &session).await.person.unwrap();
    assert_eq!(permissions, PermissionSet::all());
}

pub async fn the_sessions_of_a_person_are_listed_newest_first(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, grace) = (world.add("ada").await, world.add("grace").await);
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), []);
    let mut sessions = Vec::new();
    for second in [5, 3, 3, 9, 4] {
        sessions.push(world.sign_in(&ada, at(second)).await);
        world.sign_in(&grace, at(second)).await;
    }
    sessions.sort_by_key(|session| (session.started_at, session.id));
    sessions.reverse();
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), sessions);
}

pub async fn a_session_begins_only_for_the_version_it_was_decided_on(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let nobody = world.person("nobody");
    let decided = session(&ada, at(1));
    let deactivate = edited(&ada, |user| user.active = false);
    world.handle.commit(&deactivate).await.unwrap();
    let log = world.log().await;
    assert_conflict(world.handle.commit(&start(&decided, &ada)).await);
    let of_nobody = start(&session(&nobody, at(1)), &nobody);
    assert_conflict(world.handle.commit(&of_nobody).await);
    assert_eq!(world.session(&decided.secret).await, None);
    assert_eq!(world.log().await, log);
    // And again, on what is there now.
    let ada = world.user(&ada).await;
    world.begin(decided.clone(), &ada).await;
    assert_eq!(world.session(&decided.secret).await, Some(decided));
}

pub async fn a_secret_opens_one_session_only(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let first = world.sign_in(&ada, at(1)).await;
    let second = Session {
        secret: first.secret,
        ..session(&ada, at(2))
    };
    let log = world.log().await;
    assert!(world.handle.commit(&start(&second, &ada)).await.is_err());
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [first]);
    assert_eq!(world.log().await, log);
}

pub async fn a_session_that_was_ended_is_gone_and_can_not_be_ended_again(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let (ended, kept) = (
        world.sign_in(&ada, at(1)).await,
        world.sign_in(&ada, at(2)).await,
    );
    let end = || change(Write::EndSession(ended.id));
    world.handle.commit(&end()).await.unwrap();
    assert_eq!(world.session(&ended.secret).await, None);
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [kept]);
    let log = world.log().await;
    assert_conflict(world.handle.commit(&end()).await);
    assert_eq!(world.log().await, log);
}

pub async fn of_many_who_end_a_session_at_once_one_does(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let ada = world.add("ada").await;
    let session = world.sign_in(&ada, at(1)).await;
    let log = world.log().await.len();
    let answers = at_once((0..10).map(|_| {
        let (world, end) = (Arc::clone(&world), change(Write::EndSession(session.id)));
        async move { world.handle.commit(&end).await }
    }));
    assert_eq!(written(&answers.await), 1);
    assert_eq!(world.log().await.len(), log + 1);
}

pub async fn a_use_of_a_session_is_noted_and_only_moves_forward(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let (used, other) = (
        world.sign_in(&ada, at(1)).await,
        world.sign_in(&ada, at(2)).await,
    );
    let log = world.log().await;
    let note = async |second| {
        let noted = world.handle.note_session_use(used.id, at(second)).await;
        noted.unwrap();
        world.session(&used.secret).await.unwrap()
    };
    for (second, seen) in [(100, 100), (99, 100), (101, 101), (0, 101)] {
        let expected = Session {
            last_seen_at: at(seen),
            ..used.clone()
        };
        // Nothing but that time: it does not last longer for being used.
        assert_eq!(note(second).await, expected);
    }
    let unknown = SessionId::new(id());
    world
        .handle
        .note_session_use(unknown, at(200))
        .await
        .unwrap();
    assert_eq!(world.session(&other.secret).await, Some(other));
    assert_eq!(world.log().await, log);
}

pub async fn sessions_that_are_over_are_deleted_in_every_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let (ada, grace) = (here.add("ada").await, there.add("grace").await);
    let now = at(10_000);
    let seen_before = at(9_000);
    let moment = Duration::microseconds(1);
    let alive = Session {
        last_seen_at: seen_before,
        expires_at: now + moment,
        ..session(&ada, at(1))
    };
    let ended = Session {
        secret: secret(),
        id: SessionId::new(id()),
        expires_at: now,
        ..alive.clone()
    };
    let idle = Session {
        last_seen_at: seen_before - moment,
        expires_at: at(20_000),
        ..session(&grace, at(1))
    };
    let alive = here.begin(alive, &ada).await;
    let ended = here.begin(ended, &ada).await;
    let idle = there.begin(idle, &grace).await;
    let log = (here.log().await, there.log().await);
    let expired = Expired {
        now,
        seen_before,
        ..nothing_expired()
    };
    assert_eq!(store.delete_expired(&nothing_expired()).await.unwrap(), 0);
    assert_eq!(store.delete_expired(&expired).await.unwrap(), 2);
    assert_eq!(here.session(&alive.secret).await, Some(alive));
    assert_eq!(here.session(&ended.secret).await, None);
    assert_eq!(there.session(&idle.secret).await, None);
    assert_eq!(store.delete_expired(&expired).await.unwrap(), 0);
    assert_eq!((here.log().await, there.log().await), log);
}

pub async fn no_session_reaches_into_another_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let ada = here.add("ada").await;
    let session_here = here.sign_in(&ada, at(1)).await;
    let (log, their_log) = (here.log().await, there.log().await);

    let handle = &there.handle;
    assert_eq!(handle.session(&session_here.secret).await.unwrap(), None);
    assert_eq!(handle.sessions_of(ada.id).await.unwrap(), []);
    handle
        .note_session_use(session_here.id, at(5_000))
        .await
        .unwrap();
    assert_conflict(
        handle
            .commit(&change(Write::EndSession(session_here.id)))
            .await,
    );
    // A session there, of the person here: decided on the very version that the person has.
    assert_conflict(handle.commit(&start(&session(&ada, at(2)), &ada)).await);
    let grace = there.add("grace").await;
    let for_ada = change(Write::StartSession {
        session: session(&ada, at(2)),
        because: SessionGround::SignIn {
            user: grace.id,
            decided_on: grace.version,
        },
    });
    assert!(handle.commit(&for_ada).await.is_err());

    assert_eq!(
        here.handle.sessions_of(ada.id).await.unwrap(),
        [session_here]
    );
    assert_eq!(here.log().await, log);
    assert_eq!(there.log().await.len(), their_log.len() + 1);
}
