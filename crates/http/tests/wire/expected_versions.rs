//! Changes that name the version they were made for: whoever was not first changes nothing, and the
//! audit log says so.

use roster_application::administration::roles::RoleWish;
use roster_application::administration::saml_settings::SamlSettingsWish;
use roster_application::administration::settings::SettingsWish;
use roster_application::error::Error;
use roster_application::ports::store::AuditQuery;
use roster_domain::audit::{AuditAction, AuditResult};
use roster_domain::id::Version;
use roster_domain::text::{AttributeName, PersonName, RoleName, TokenName};
use roster_domain::token::lifecycle::TokenWish;
use roster_domain::user::{Field, UserWish};

use crate::house::House;

const STALE: Option<Version> = Some(Version::new(7));

fn given_name(name: &str) -> UserWish {
    UserWish {
        given_name: Field::Set(PersonName::new(name).unwrap()),
        ..UserWish::default()
    }
}

/// Fails unless it was refused for its version, and the audit log says so of `action`.
async fn assert_stale<T>(house: &House, outcome: Result<T, Error>, action: AuditAction) {
    assert!(matches!(outcome, Err(Error::VersionMismatch)), "{action:?}");
    let query = AuditQuery {
        limit: 1,
        ..AuditQuery::default()
    };
    let operator = house.operator().await;
    let log = house.application.audit_log(&operator, query).await.unwrap();
    let last = &log.items[0];
    assert_eq!(
        (last.action, last.result, last.changes.as_slice()),
        (action, AuditResult::Failed, [].as_slice())
    );
    assert!(last.description.contains("was changed since"), "{last:?}");
}

#[tokio::test]
async fn a_user_of_another_version_than_expected_stays_as_it_is() {
    let house = House::new().await;
    let (application, operator) = (&house.application, house.operator().await);
    let read = application.read_user(&operator, &house.user).await.unwrap();
    let wish = given_name("Augusta");
    let outcome = application
        .update_user(&operator, &house.user, &wish, STALE)
        .await;
    assert_stale(&house, outcome, AuditAction::UpdateUser).await;
    // Even if there is nothing to change: what was on the form was not what there is.
    let outcome = application
        .update_user(&operator, &house.user, &given_name("Ada"), STALE)
        .await;
    assert_stale(&house, outcome, AuditAction::UpdateUser).await;
    let present = application.read_user(&operator, &house.user).await.unwrap();
    assert_eq!(present, read);

    let expected = Some(read.version);
    let changed = application
        .update_user(&operator, &house.user, &wish, expected)
        .await
        .unwrap();
    assert_eq!(
        (changed.given_name.as_str(), changed.version),
        ("Augusta", read.version.next())
    );
}

#[tokio::test]
async fn of_two_who_change_what_they_both_saw_one_does() {
    let house = House::new().await;
    let (application, operator) = (&house.application, house.operator().await);
    let (one, other) = (given_name("Augusta"), given_name("Byron"));
    let expected = Some(Version::FIRST);
    let (one, other) = tokio::join!(
        application.update_user(&operator, &house.user, &one, expected),
        application.update_user(&operator, &house.user, &other, expected),
    );
    let (done, refused) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    assert_stale(&house, refused, AuditAction::UpdateUser).await;
    let present = application.read_user(&operator, &house.user).await.unwrap();
    assert_eq!(present, done.unwrap());
}

#[tokio::test]
async fn a_role_and_a_token_of_another_version_than_expected_stay_as_they_are() {
    let house = House::new().await;
    let (application, operator) = (&house.application, house.operator().await);
    let before = application.list_roles(&operator).await.unwrap();
    let role = before.last().unwrap().id.to_string();
    let wish = RoleWish {
        name: Some(RoleName::new("Renamed").unwrap()),
        ..RoleWish::default()
    };
    let outcome = application
        .update_role(&operator, &role, &wish, STALE)
        .await;
    assert_stale(&house, outcome, AuditAction::UpdateUserRole).await;
    assert_eq!(application.list_roles(&operator).await.unwrap(), before);
    let expected = Some(Version::FIRST);
    application
        .update_role(&operator, &role, &wish, expected)
        .await
        .unwrap();

    let before = application.list_tokens(&operator).await.unwrap();
    let token = before.last().unwrap().id.to_string();
    let wish = TokenWish {
        name: Some(TokenName::new("renamed").unwrap()),
        ..TokenWish::default()
    };
    let outcome = application
        .update_token(&operator, &token, &wish, STALE)
        .await;
    assert_stale(&house, outcome, AuditAction::UpdateApiToken).await;
    assert_eq!(application.list_tokens(&operator).await.unwrap(), before);
    application
        .update_token(&operator, &token, &wish, expected)
        .await
        .unwrap();
}

#[tokio::test]
async fn settings_of_another_version_than_expected_stay_as_they_are() {
    let house = House::new().await;
    let (application, operator) = (&house.application, house.operator().await);
    let before = application.read_settings(&operator).await.unwrap();
    let wish = SettingsWish {
        scim_role_attribute: Some(AttributeName::new("rosterRole").unwrap()),
        ..SettingsWish::default()
    };
    let outcome = application.update_settings(&operator, &wish, STALE).await;
    assert_stale(&house, outcome, AuditAction::UpdateGeneralSettings).await;
    assert_eq!(application.read_settings(&operator).await.unwrap(), before);
    let expected = Some(before.version);
    application
        .update_settings(&operator, &wish, expected)
        .await
        .unwrap();

    let wish = SamlSettingsWish {
        idp_initiated: Some(true),
        ..SamlSettingsWish::default()
    };
    let outcome = application
        .update_saml_settings(&operator, wish.clone(), STALE)
        .await;
    assert_stale(&house, outcome, AuditAction::UpdateSamlSettings).await;
    let before = application.read_saml_settings(&operator).await.unwrap();
    assert!(!before.settings.idp_initiated);
    let expected = Some(Version::UNWRITTEN);
    application
        .update_saml_settings(&operator, wish, expected)
        .await
        .unwrap();
}
