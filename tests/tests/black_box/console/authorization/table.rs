//! The table, cell by cell.

use roster_tests::browser::Browser;
use roster_tests::console::Console;
use roster_tests::on_both_stores;
use roster_tests::tenant::GOVERNING;

use super::super::people::Company;
use super::requests::{Requests, Visitor};
use super::rows;

/// A visitor for each column, who has signed in before anything is changed.
async fn visitors(company: &Company, columns: &[&'static str]) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    for column in columns {
        let console = match *column {
            "stranger" => Console::of(Browser::new(&company.tenant), &company.tenant),
            "break-glass" => company.operator().await,
            "Admin" | "without CSRF" => company.person("ada", "Admin").await,
            "no permission" => company.person_with("guest", &["SummaryRead"]).await,
            permission => company.person_with(permission, &[permission]).await,
        };
        let csrf = match *column {
            "stranger" => Some("of no session".to_owned()),
            "without CSRF" => None,
            _ => Some(console.browser.csrf().await),
        };
        visitors.push(Visitor { console, csrf });
    }
    visitors
}

#[test]
fn no_visitor_is_forgotten() {
    for row in rows() {
        let page = row.page;
        for permission in GOVERNING.iter().chain(&["no permission"]) {
            let status = row.status(permission);
            let admin = row.status("Admin");
            assert!(
                [admin, 403].contains(&status),
                "{page} × {permission}: {status}"
            );
        }
        let admin = row.status("Admin");
        assert_eq!(row.status("break-glass"), admin, "{page}");
        let (stranger, forged) = if row.is_form() {
            (401, 403)
        } else {
            (303, admin)
        };
        assert_eq!(row.status("stranger"), stranger, "{page}");
        assert_eq!(row.status("without CSRF"), forged, "{page}");
    }
}

on_both_stores! {
    async fn every_cell_of_the_table_holds(backend: Backend) {
        let company = Company::new(backend).await;
        let rows = rows();
        let columns: Vec<_> = rows[0].cells.iter().map(|(column, _)| *column).collect();
        let visitors = visitors(&company, &columns).await;
        let requests = Requests::new(&company);
        let mut wrong = Vec::new();
        for (number, (column, visitor)) in columns.iter().zip(&visitors).enumerate() {
            for row in &rows {
                let (name, expected) = row.cells[number];
                assert_eq!(name, *column, "{}: the columns are in another order", row.page);
                let answer = requests.send(row, visitor).await;
                if answer.status != expected {
                    wrong.push(format!("{} {} × {column}: {} instead of {expected}: {}", row.page, row.form, answer.status, answer.text()));
                } else if expected == 303 && *column == "stranger" {
                    let location = answer.header("location").unwrap_or_default();
                    assert!(location.contains("/?return_to=%2Ft%2F"), "{}: {location}", row.page);
                } else if expected == 403 {
                    let page = answer.text();
                    let said = if *column == "without CSRF" { "not opened in your present session" } else { "This takes the permission" };
                    assert!(page.contains(said), "{} × {column}: {page}", row.page);
                }
            }
        }
        assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}
