//! Promises about a tenant's SAML settings, and about the checks of its provider's metadata.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, MetadataCheck, Store};
use roster_domain::change::Write;
use roster_domain::id::{TenantId, Version};
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::{
    AttributeNames, CertificateInfo, IdpTrust, MetadataUrl, SamlSettings, SpKey,
};
use roster_domain::secret::Sealed;
use roster_domain::text::SamlAttributeName;
use time::macros::datetime;

use super::world::sign_in::{at_once, edited_saml, written};
use super::world::{World, assert_conflict, at, id};

fn attribute(name: &str) -> SamlAttributeName {
    SamlAttributeName::new(name).unwrap()
}

fn certificate(name: &str) -> CertificateInfo {
    CertificateInfo {
        pem: format!("-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n"),
        fingerprint: "a5".repeat(32),
        subject: format!("CN={name} \"Ö\\,%_ 李 😀\""),
        not_after: datetime!(2036-03-01 23:59:59 UTC),
    }
}

fn key(name: &str) -> SpKey {
    SpKey {
        private_key: Sealed::new((0..=255).collect()),
        certificate: certificate(name),
    }
}

/// Sets everything but the version and the time.
fn with_every_field(settings: &mut SamlSettings) {
    *settings = SamlSettings {
        enabled: true,
        idp_initiated: true,
        enforce_sso: true,
        provider: Some(IdpTrust {
            entity_id: "http://www.okta.com/exk1".to_owned(),
            sso_url: "https://acme.okta.com/app/sso/saml?a=%20&b='".to_owned(),
            slo_url: Some("https://acme.okta.com/app/slo/saml".to_owned()),
            certificates: vec![certificate("old"), certificate("new")],
            want_signed_requests: true,
            valid_until: Some(datetime!(2027-01-01 00:00:00.123_456_7 UTC)),
        }),
        metadata_url: MetadataUrl::new("https://acme.okta.com/metadata?é").ok(),
        attributes: AttributeNames {
            email: attribute("urn:oid:0.9.2342.19200300.100.1.3"),
            first_name: attribute("prénom"),
            last_name: attribute("nom"),
            role: attribute("rôle"),
        },
        return_urls: ["https://app.example.com/", "http://localhost:3000/x?y"]
            .map(|url| ReturnUrl::new(url).unwrap())
            .into(),
        signing: Some(key("signing")),
        decryption: Some(key("decryption")),
        version: settings.version,
        updated_at: settings.updated_at,
    };
}

async fn stored(world: &World) -> SamlSettings {
    world.handle.saml_settings().await.unwrap()
}

pub async fn saml_settings_that_were_never_written_are_so(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_eq!(stored(&world).await, SamlSettings::unwritten());
}

pub async fn every_field_of_the_saml_settings_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let clear = |settings: &mut SamlSettings| {
        *settings = SamlSettings {
            version: settings.version,
            updated_at: settings.updated_at,
            ..SamlSettings::unwritten()
        };
    };
    for (edit, version) in [
        (with_every_field as fn(&mut SamlSettings), 1),
        (clear, 2),
        (with_every_field, 3),
    ] {
        let log = world.log().await.len();
        let update = edited_saml(&stored(&world).await, edit);
        world.handle.commit(&update).await.unwrap();
        let Write::UpdateSamlSettings { settings, .. } = update.write else {
            panic!("not an update")
        };
        assert_eq!(stored(&world).await, *settings);
        assert_eq!(settings.version, Version::new(version));
        assert_eq!(world.log().await.len(), log + 1);
    }
}

pub async fn saml_settings_of_another_version_are_not_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let of_version = |number| SamlSettings {
        version: Version::new(number),
        ..SamlSettings::unwritten()
    };
    // There are none to be changed yet.
    let log = world.log().await;
    let changed = edited_saml(&of_version(1), |settings| settings.idp_initiated = true);
    assert_conflict(world.handle.commit(&changed).await);
    assert_eq!(stored(&world).await, SamlSettings::unwritten());
    assert_eq!(world.log().await, log);

    for _ in 0..2 {
        let update = edited_saml(&stored(&world).await, with_every_field);
        world.handle.commit(&update).await.unwrap();
    }
    let (present, log) = (stored(&world).await, world.log().await);
    for other in [0, 1, 3] {
        let changed = edited_saml(&of_version(other), |settings| settings.enabled = false);
        assert_conflict(world.handle.commit(&changed).await);
    }
    assert_eq!((stored(&world).await, world.log().await), (present, log));
}

pub async fn of_many_who_write_the_first_saml_settings_at_once_one_does(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let log = world.log().await.len();
    let answers = at_once((0..20).map(|_| {
        let (world, first) = (
            Arc::clone(&world),
            edited_saml(&SamlSettings::unwritten(), |_| ()),
        );
        async move { world.handle.commit(&first).await }
    }));
    assert_eq!(written(&answers.await), 1);
    assert_eq!(stored(&world).await.version, Version::FIRST);
    assert_eq!(world.log().await.len(), log + 1);
}

pub async fn twenty_writers_of_the_saml_settings_lose_nothing(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let writers = (0..20).map(|writer| {
        let world = Arc::clone(&world);
        let url = ReturnUrl::new(&format!("https://app.example.com/{writer}")).unwrap();
        async move {
            loop {
                let update = edited_saml(&stored(&world).await, |settings| {
                    settings.return_urls.push(url.clone());
                });
                match world.handle.commit(&update).await {
                    Ok(()) => break,
                    Err(CommitError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    });
    at_once(writers).await;
    let settings = stored(&world).await;
    assert_eq!(settings.version, Version::new(20));
    assert_eq!(settings.return_urls.len(), 20);
}

pub async fn saml_settings_do_not_reach_into_another_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let update = edited_saml(&SamlSettings::unwritten(), with_every_field);
    here.handle.commit(&update).await.unwrap();
    assert_eq!(stored(&there).await, SamlSettings::unwritten());
    // Decided on what is stored here.
    let settings = stored(&here).await;
    let changed = edited_saml(&settings, |settings| settings.enabled = false);
    assert_conflict(there.handle.commit(&changed).await);
    assert_eq!(stored(&here).await, settings);
    assert_eq!(there.log().await.len(), 1);
}

pub async fn a_tenant_that_does_not_exist_takes_no_saml_settings(store: Arc<dyn Store>) {
    let nobody = store.tenant(TenantId::new(id()));
    let update = edited_saml(&SamlSettings::unwritten(), with_every_field);
    assert!(nobody.commit(&update).await.is_err());
    let settings = nobody.saml_settings().await.unwrap();
    assert_eq!(settings, SamlSettings::unwritten());
    assert_eq!(nobody.metadata_check().await.unwrap(), None);
}

async fn check(world: &World) -> Option<MetadataCheck> {
    world.handle.metadata_check().await.unwrap()
}

async fn note(world: &World, second: u32, problem: Option<&str>) {
    let noted = world.handle.note_metadata_check(at(second), problem).await;
    noted.unwrap();
}

pub async fn a_check_of_the_metadata_is_noted(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    assert_eq!(check(&world).await, None);
    let log = world.log().await;
    for (second, problem) in [(10, None), (20, Some("It's \"%_\" gone 😀")), (30, None)] {
        note(&world, second, problem).await;
        let expected = MetadataCheck {
            at: at(second),
            problem: problem.map(str::to_owned),
        };
        assert_eq!(check(&world).await, Some(expected));
    }
    // One that took its time, and is overtaken by another process, or by an administrator.
    let last = check(&world).await;
    note(&world, 25, Some("gone again")).await;
    assert_eq!(check(&world).await, last);
    // It may quote what somebody else has answered: any text is noted, in one form or another.
    note(&world, 40, Some("nothing\0at all")).await;
    let problem = check(&world).await.unwrap().problem.unwrap();
    assert!(problem.contains("at all"), "{problem:?}");
    assert_eq!(check(&other).await, None);
    assert_eq!(world.log().await, log);
}

pub async fn a_check_of_the_metadata_is_claimed_when_it_is_due(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let claim = async |due, now| {
        let claimed = world.handle.claim_metadata_check(at(due), at(now)).await;
        claimed.unwrap()
    };
    assert!(claim(0, 100).await, "nobody ever has");
    assert!(!claim(50, 150).await, "somebody has");
    let of_other = other.handle.claim_metadata_check(at(50), at(150)).await;
    assert!(of_other.unwrap(), "nobody has here");
    assert!(claim(101, 201).await, "it was longer ago");
    assert!(!claim(150, 250).await, "claimed, if not noted yet");
    note(&world, 300, Some("gone")).await;
    assert!(!claim(250, 350).await, "noted meanwhile");
    assert!(claim(350, 450).await, "that is long ago by now");
    // Until it is known what came of it, what came of the last one stands.
    let expected = MetadataCheck {
        at: at(450),
        problem: Some("gone".to_owned()),
    };
    assert_eq!(check(&world).await, Some(expected));
}

pub async fn of_many_who_claim_a_check_at_once_one_gets_it(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    // Without a row yet, and with one.
    for (due, now) in [(0, 100), (200, 300)] {
        let answers = at_once((0..20).map(|_| {
            let world = Arc::clone(&world);
            async move { world.handle.claim_metadata_check(at(due), at(now)).await }
        }));
        let answers = answers.await.into_iter().map(Result::unwrap);
        assert_eq!(answers.filter(|claimed| *claimed).count(), 1);
    }
}
