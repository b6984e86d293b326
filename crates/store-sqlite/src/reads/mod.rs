//! Reads: one statement each, two for a page. All are typed queries, which a connection prepares
//! once; a test at the foot of this file sees to it that none of the hot ones scans a table.

pub(crate) mod admin_links;
pub(crate) mod audit;
pub(crate) mod roles;
pub(crate) mod saml;
pub(crate) mod scim_contacts;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod users;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    use roster_application::ports::store::{AuditQuery, Expired, UserQuery, UserStretch};
    use roster_domain::id::{RoleId, TenantId, TokenId, UserId};
    use roster_domain::secret::SecretHash;
    use roster_domain::token::value::TokenHash;
    use roster_domain::user::identity::IdpIdentity;
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::{admin_links, audit, roles, saml, sessions, tokens, users};
    use crate::connections::DatabaseFile;
    use crate::{expired, migrations};

    type Question = fn(&mut SqliteConnection, TenantId, Uuid);
    type List = Box<dyn FnOnce(&mut SqliteConnection)>;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    /// The steps of all statements that `work` runs, as SQLite plans them.
    fn plan(work: impl FnOnce(&mut SqliteConnection)) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let file = DatabaseFile::prepare(&directory.path().join("plan.db")).unwrap();
        migrations::run(&file).unwrap();
        let mut connection = file.connect().unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                seen.lock().unwrap().push(query.to_string());
            }
        });
        work(&mut connection);
        let statements: Vec<String> = statements.lock().unwrap().drain(..).collect();
        let mut steps = Vec::new();
        for statement in statements {
            let (statement, _) = statement
                .rsplit_once(" -- binds")
                .unwrap_or((&statement, ""));
            if matches!(statement, "BEGIN" | "COMMIT" | "ROLLBACK") {
                continue;
            }
            let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
            let explained = explain.load::<Step>(&mut connection).unwrap();
            assert!(
                !explained.is_empty() || statement.starts_with("INSERT"),
                "{statement}"
            );
            steps.extend(explained.into_iter().map(|step| step.detail));
        }
        steps
    }

    fn assert_by_index(name: &str, work: impl FnOnce(&mut SqliteConnection)) {
        let steps = plan(work);
        let by_index =
            |step: &String| !step.starts_with("SCAN") || step.starts_with("SCAN CONSTANT");
        assert!(steps.iter().all(by_index), "{name}: {steps:#?}");
        assert!(
            steps.iter().any(|step| step.starts_with("SEARCH")),
            "{name}: {steps:#?}"
        );
    }

    #[test]
    fn no_question_about_one_record_walks_a_table_or_a_tenant() {
        let (tenant, id) = (TenantId::new(Uuid::nil()), Uuid::nil());
        let questions: [(&str, &str, Question); 12] = [
            ("user by id", "(id=?)", |connection, tenant, id| {
                users::by_id(connection, tenant, UserId::new(id)).unwrap();
            }),
            (
                "user by userName",
                "(tenant_id=? AND user_name_key=?)",
                |connection, tenant, _| {
                    users::by_user_name(connection, tenant, "ada").unwrap();
                },
            ),
            (
                "user by e-mail",
                "(tenant_id=? AND email_key=?)",
                |connection, tenant, _| {
                    users::by_email(connection, tenant, "ada@example.com").unwrap();
                },
            ),
            (
                "users by external id",
                "(tenant_id=? AND external_id=?)",
                |connection, tenant, _| {
                    users::by_external_id(connection, tenant, "00u1").unwrap();
                },
            ),
            (
                "user by identity",
                "(tenant_id=? AND identity_key=?)",
                |connection, tenant, _| {
                    let key = IdpIdentity::new("idp", "ada").key();
                    users::by_identity(connection, tenant, &key).unwrap();
                },
            ),
            ("session", "(secret_hash=?)", |connection, tenant, _| {
                let secret = SecretHash::from_bytes([0; 32]);
                sessions::by_secret(connection, tenant, &secret).unwrap();
            }),
            (
                "sessions of a user",
                "(user_id=?)",
                |connection, tenant, id| {
                    sessions::of_user(connection, tenant, UserId::new(id)).unwrap();
                },
            ),
            (
                "break-glass link",
                "(secret_hash=?)",
                |connection, tenant, _| {
                    let secret = SecretHash::from_bytes([0; 32]);
                    admin_links::by_secret(connection, tenant, &secret).unwrap();
                },
            ),
            ("SAML settings", "(tenant_id=?)", |connection, tenant, _| {
                saml::settings(connection, tenant).unwrap();
            }),
            ("role", "id=?)", |connection, tenant, id| {
                roles::by_id(connection, tenant, RoleId::new(id)).unwrap();
            }),
            ("token", "(id=?)", |connection, tenant, id| {
                tokens::by_id(connection, tenant, TokenId::new(id)).unwrap();
            }),
            (
                "token by hash",
                "(previous_hash=? AND tenant_id=?)",
                |connection, tenant, _| {
                    tokens::by_hash(connection, tenant, &TokenHash::from_bytes([0; 32])).unwrap();
                },
            ),
        ];
        for (name, by, question) in questions {
            let steps = plan(|connection| question(connection, tenant, id));
            assert!(
                steps.iter().any(|step| step.contains(by)),
                "{name}: {steps:#?}"
            );
            assert_by_index(name, |connection| question(connection, tenant, id));
        }
    }

    #[test]
    fn no_list_sorts_a_tenant() {
        let tenant = TenantId::new(Uuid::nil());
        let position = (OffsetDateTime::UNIX_EPOCH, UserId::new(Uuid::nil()));
        let lists: [(&str, List); 5] = [
            (
                "users",
                Box::new(move |connection| {
                    let query = UserQuery {
                        limit: 9,
                        ..UserQuery::default()
                    };
                    users::matching(connection, tenant, &query).unwrap();
                }),
            ),
            (
                "users after a cursor",
                Box::new(move |connection| {
                    let contains = Some("a".to_owned());
                    let query = UserQuery {
                        stretch: UserStretch::After(position),
                        contains,
                        limit: 9,
                        ..UserQuery::default()
                    };
                    users::matching(connection, tenant, &query).unwrap();
                }),
            ),
            (
                "users before a cursor",
                Box::new(move |connection| {
                    let query = UserQuery {
                        stretch: UserStretch::Before(position),
                        limit: 9,
                        ..UserQuery::default()
                    };
                    users::matching(connection, tenant, &query).unwrap();
                }),
            ),
            (
                "sessions of a user",
                Box::new(move |connection| {
                    sessions::of_user(connection, tenant, UserId::new(Uuid::nil())).unwrap();
                }),
            ),
            (
                "audit log",
                Box::new(move |connection| {
                    let query = AuditQuery {
                        limit: 9,
                        ..AuditQuery::default()
                    };
                    audit::matching(connection, tenant, &query).unwrap();
                }),
            ),
        ];
        for (name, list) in lists {
            let steps = plan(list);
            assert!(
                steps.iter().all(|step| !step.contains("TEMP B-TREE")),
                "{name}: {steps:#?}"
            );
            assert!(
                steps.iter().all(|step| !step.starts_with("SCAN")),
                "{name}: {steps:#?}"
            );
        }
    }

    #[test]
    fn roles_in_use_are_counted_by_the_indexes_alone() {
        let tenant = TenantId::new(Uuid::nil());
        let steps = plan(|connection| {
            roles::usages(connection, tenant).unwrap();
        });
        for step in [
            "SEARCH users USING COVERING INDEX users_by_role (tenant_id=?)",
            "SEARCH users USING COVERING INDEX users_by_pending_role (tenant_id=? AND pending_role_id>?)",
        ] {
            assert!(
                steps.iter().any(|taken| taken == step),
                "{step} is not in {steps:#?}"
            );
        }
    }

    #[test]
    fn a_session_finds_its_person_by_id() {
        let tenant = TenantId::new(Uuid::nil());
        let steps = plan(|connection| {
            let secret = SecretHash::from_bytes([0; 32]);
            sessions::by_secret(connection, tenant, &secret).unwrap();
        });
        assert_eq!(steps.len(), 4, "{steps:#?}");
        for step in [
            "SEARCH sessions USING INDEX sqlite_autoindex_sessions_2 (secret_hash=?)",
            "SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)",
            "SEARCH roles USING INDEX sqlite_autoindex_roles_1 (id=?)",
            "SEARCH pending_roles USING INDEX sqlite_autoindex_roles_1 (id=?)",
        ] {
            assert!(
                steps.iter().any(|taken| taken.starts_with(step)),
                "{step} is not in {steps:#?}"
            );
        }
    }

    #[test]
    fn what_has_expired_is_found_without_reading_what_has_not() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let steps = plan(|connection| {
            let before = Expired {
                now,
                seen_before: now,
                links_before: now,
            };
            expired::delete_some(connection, &before).unwrap();
        });
        assert!(
            steps.iter().all(|step| !step.starts_with("SCAN")),
            "{steps:#?}"
        );
        for index in [
            "sessions_by_end (expires_at<?)",
            "sessions_by_use (last_seen_at<?)",
            "used_once_by_end (until<?)",
            "admin_links_by_end (expires_at<?)",
        ] {
            assert!(
                steps.iter().any(|step| step.ends_with(index)),
                "{index} is not in {steps:#?}"
            );
        }
    }

    #[test]
    fn a_page_takes_the_ids_before_it_from_the_index_alone() {
        let tenant = TenantId::new(Uuid::nil());
        let steps = plan(|connection| {
            let ten = "INSERT INTO tenants VALUES (zeroblob(16), 'default', 0, 10)";
            connection.batch_execute(ten).unwrap();
            assert_eq!(users::page(connection, tenant, 5, 5).unwrap().total, 10);
        });
        for step in [
            "SEARCH ordered_users USING COVERING INDEX users_in_order (tenant_id=?)",
            "SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)",
        ] {
            assert!(
                steps.iter().any(|taken| taken == step),
                "{step} is not in {steps:#?}"
            );
        }
    }
}
