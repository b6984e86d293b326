//! Style sheet, script and icon, compiled in. Their paths hold a hash of their content: browsers may keep
//! them for ever, and another version has another path.

use std::fmt::Write as _;
use std::sync::LazyLock;

use poem::endpoint::make_sync;
use poem::http::header::CACHE_CONTROL;
use poem::{Endpoint, Response, Route, get};
use sha2::{Digest, Sha256};

/// A file.
pub struct Asset {
    path: String,
    content_type: &'static str,
    content: &'static str,
}

/// The style sheet of every page.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("style.css")));

/// What makes the pages of whoever is signed in more convenient. No page needs it.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "js",
        "text/javascript; charset=utf-8",
        include_str!("script.js"),
    )
});

/// The icon in a browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("icon.svg")));

impl Asset {
    fn new(extension: &str, content_type: &'static str, content: &'static str) -> Self {
        let mut hash = String::new();
        for byte in Sha256::digest(content.as_bytes()).iter().take(8) {
            // Writing to a text can't fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Self {
            path: format!("/assets/roster-{hash}.{extension}"),
            content_type,
            content,
        }
    }

    /// Where it is, below the public URL's path.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn endpoint(&'static self) -> impl Endpoint<Output = Response> + 'static {
        make_sync(move |_| {
            Response::builder()
                .content_type(self.content_type)
                .header(CACHE_CONTROL, "public, max-age=31536000, immutable")
                .body(self.content)
        })
    }
}

/// The routes of all.
pub fn routes(route: Route) -> Route {
    [&*STYLE, &*SCRIPT, &*ICON]
        .into_iter()
        .fold(route, |route, asset| {
            route.at(asset.path(), get(asset.endpoint()))
        })
}
