//! What a page looks like, and whether everybody can use it.

use serde_json::{Value, json};

use super::Chromium;

/// A finding of axe-core.
#[derive(Debug)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What to do, and where.
    pub details: String,
}

impl Chromium {
    /// Another size of the window, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let _ = self
            .devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Whether the reader prefers dark pages.
    pub async fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({
            "features": [{ "name": "prefers-color-scheme", "value": value }],
        });
        let _ = self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// The reader's time zone, such as `Asia/Tokyo`.
    pub async fn live_in(&self, zone: &str) {
        let zone = json!({ "timezoneId": zone });
        let _ = self.devtools("Emulation.setTimezoneOverride", zone).await;
    }

    /// A picture of the whole page, however long it is, as PNG.
    ///
    /// # Panics
    /// When there is none.
    pub async fn whole_picture(&self) -> Vec<u8> {
        use base64::Engine;
        let how = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.devtools("Page.captureScreenshot", how).await;
        base64::engine::general_purpose::STANDARD
            .decode(picture["data"].as_str().unwrap())
            .unwrap()
    }

    /// Whether something is wider than the window, so that the page has to be pushed sideways.
    pub async fn overflows(&self) -> bool {
        let wider =
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        self.script(wider).await == true
    }

    /// What axe-core finds on the page, by the rules of WCAG 2.2 A and AA and its best practices.
    ///
    /// # Panics
    /// When axe-core is not installed; the message says how to.
    pub async fn axe(&self) -> Vec<Finding> {
        let source =
            std::fs::read_to_string(crate::tools::node_module("axe-core/axe.min.js")).unwrap();
        let _ = self.script(&source).await;
        let run = "const done = arguments[arguments.length - 1]; axe.run().then(found => done(found.violations.map(violation => \
            ({ rule: violation.id, impact: violation.impact, details: violation.help + ': ' + \
            violation.nodes.map(node => node.html + ' — ' + node.failureSummary).join('; ') }))), \
            error => done([{ rule: 'none', impact: 'critical', details: String(error) }]))";
        let found = self.async_script(run).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found = found.as_array().unwrap().iter();
        found
            .map(|finding| Finding {
                rule: text(&finding["rule"]),
                impact: text(&finding["impact"]),
                details: text(&finding["details"]),
            })
            .collect()
    }
}
