//! Filters that the profile refuses, each as `invalidFilter` with a reason.

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;

on_both_stores! {
    async fn every_operator_but_eq_is_refused_by_name(backend: Backend) {
        let tenant = Tenant::new(backend);
        let scim = tenant.scim();
        for operator in ["ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "NE"] {
            let filter = format!("userName {operator} \"ada\"");
            let detail = scim.query("/Users", &[("filter", &filter)]).await.scim_error(400, Some("invalidFilter"));
            assert!(detail.contains("eq") && detail.to_lowercase().contains(&operator.to_lowercase()), "{detail}");
        }
        for filter in [
            "userName pr",
            "userName eq \"a\" and active eq true",
            "userName eq \"a\" or userName eq \"b\"",
            "not (userName eq \"a\")",
            "emails[type eq \"work\" and value eq \"a\"]",
            "emails[value eq \"ada@example.com\"]",
        ] {
            let detail = scim.query("/Users", &[("filter", filter)]).await.scim_error(400, Some("invalidFilter"));
            assert!(detail.contains("eq"), "{filter}: {detail}");
        }
    }

    async fn other_attributes_are_refused_with_those_that_can_be_asked(backend: Backend) {
        let tenant = Tenant::new(backend);
        for filter in [
            "active eq true",
            "displayName eq \"Ada Byron\"",
            "name.familyName eq \"Byron\"",
            "pantherRole eq \"Analyst\"",
            "meta.lastModified eq \"2026-01-01T00:00:00Z\"",
            "password eq \"1mz050nq\"",
            "nonsense eq \"x\"",
            "emails[type eq \"home\"].value eq \"ada@example.com\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName eq \"x\"",
        ] {
            let answer = tenant.scim().query("/Users", &[("filter", filter)]).await;
            let detail = answer.scim_error(400, Some("invalidFilter"));
            assert!(detail.contains("userName") && detail.contains("externalId"), "{filter}: {detail}");
        }
    }

    async fn what_is_no_filter_is_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        for filter in [
            " ",
            "userName",
            "userName eq",
            "userName eq ada",
            "userName eq \"ada",
            "userName eq 'ada'",
            "userName == \"ada\"",
            "eq \"ada\"",
            "userName eq \"ada\" \"byron\"",
            "userName eq \"ada\"; DROP TABLE users",
            "(userName eq \"ada\"",
            "userName eq \"ada\")",
            "emails[type eq \"work\".value eq \"x\"",
            "userName eq \"\\x\"",
            "userName eq \"\\ud800\"",
        ] {
            let answer = tenant.scim().query("/Users", &[("filter", filter)]).await;
            answer.scim_error(400, Some("invalidFilter"));
        }
    }

    async fn a_value_of_another_type_is_no_match_for_a_text(backend: Backend) {
        let tenant = Tenant::new(backend);
        for filter in ["userName eq 7", "userName eq true", "userName eq null", "id eq 7"] {
            let answer = tenant.scim().query("/Users", &[("filter", filter)]).await;
            answer.scim_error(400, Some("invalidFilter"));
        }
    }
}
