//! A real browser: headless Chromium, driven by chromedriver over WebDriver (W3C), of which these
//! tests need so little that a few requests do.
//!
//! ```text
//! let chromium = Chromium::start().await;
//! chromium.open(&format!("{}/saml/login", tenant.public_url())).await;
//! chromium.press("Sign in as ada@example.com").await;    // waits for the button
//! chromium.at(&format!("{}/", tenant.public_url())).await; // waits to be there
//! assert!(chromium.text("body").await.contains("ada@example.com"));
//! ```
//!
//! What it looks like, and whether everybody can use it, is in [`inspect`].
//!
//! The server must be reachable by its public URL: [`crate::server::Server::start_reachable`]. The browser reaches
//! this machine alone, whatever a page asks for.

mod inspect;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tools::{Process, program};

pub use inspect::Finding;

/// How long the browser may take for a page, or an element to appear.
const LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// The key of an element's name in answers (WebDriver section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The error of an element whose page is no longer shown (WebDriver section 6.6).
const GONE: &str = "stale element reference";

/// A browser with a profile of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Chromium {
    http: reqwest::Client,
    session: String,
    _driver: Process,
}

impl Chromium {
    /// Starts it, with an empty profile.
    ///
    /// # Panics
    /// When it isn't installed or doesn't start.
    pub async fn start() -> Self {
        let (chromium, chromedriver) = (program("chromium"), program("chromedriver"));
        let directory = Process::directory_for("chromium");
        let profile = directory.path().join("profile");
        let mut command = Command::new(chromedriver);
        // Left to itself it takes one that is free by IPv6, and may not be so by IPv4.
        command.arg(format!("--port={}", crate::free_port()));
        command
            .env("HOME", directory.path())
            .env("TMPDIR", directory.path());
        let mut driver = Process::start("chromedriver", &mut command, directory);
        let port: u16 = driver.wait_until(|log| {
            let (_, rest) = log.split_once("started successfully on port ")?;
            let (port, _) = rest.split_once('.')?;
            port.parse().ok()
        });
        let http = crate::client::http().build().unwrap();
        let driver_url = format!("http://127.0.0.1:{port}/session");
        let capabilities = capabilities(&chromium.to_string_lossy(), &profile.to_string_lossy());
        let started = command_of(http.post(&driver_url).json(&capabilities)).await;
        let started = started.unwrap_or_else(|error| panic!("no session: {error}"));
        let browser = started["capabilities"]["goog:processID"].as_u64();
        driver.adopt(browser.expect("its process id")).unwrap();
        let id = started["sessionId"].as_str().unwrap();
        Self {
            http,
            session: format!("{driver_url}/{id}"),
            _driver: driver,
        }
    }

    /// Goes to an address, and waits for the page. Redirects are followed.
    pub async fn open(&self, url: &str) {
        let _ = self.post("url", json!({ "url": url })).await;
    }

    /// Presses the button with that label, when there is one.
    pub async fn press(&self, label: &str) {
        assert!(!label.contains('"'), "{label}");
        // What is folded away, such as in a menu, can't be pressed.
        let shown = "not(ancestor::details[not(@open)])";
        let button = format!(r#"//button[normalize-space()="{label}"][{shown}]"#);
        self.click("xpath", &button).await;
    }

    /// Follows the link with that text, when there is one.
    pub async fn follow(&self, text: &str) {
        self.click("link text", text).await;
    }

    /// The visible text of the first element that a CSS selector finds, when there is one.
    pub async fn text(&self, selector: &str) -> String {
        let text = self
            .on("css selector", selector, async |element| {
                let text = self.http.get(self.command(&format!("{element}/text")));
                command_of(text).await
            })
            .await;
        text.as_str().unwrap().to_owned()
    }

    /// Replaces what the field that a CSS selector finds holds.
    pub async fn fill(&self, selector: &str, text: &str) {
        let keys = json!({ "text": text });
        let _ = self
            .on("css selector", selector, async |element| {
                let clear = self.http.post(self.command(&format!("{element}/clear")));
                let _ = command_of(clear.json(&json!({}))).await?;
                let value = self.http.post(self.command(&format!("{element}/value")));
                command_of(value.json(&keys)).await
            })
            .await;
    }

    /// Clicks the first element that a CSS selector finds, when there is one.
    pub async fn click_on(&self, selector: &str) {
        self.click("css selector", selector).await;
    }

    /// Presses the button inside the elements that a CSS selector names, with that label.
    pub async fn press_in(&self, id: &str, label: &str) {
        assert!(!label.contains('"') && !id.contains('"'), "{label}");
        let button = format!(r#"//*[@id="{id}"]//button[normalize-space()="{label}"]"#);
        self.click("xpath", &button).await;
    }

    /// Chooses the option with that text in the list that a CSS selector finds.
    pub async fn choose(&self, selector: &str, option: &str) {
        assert!(!option.contains('"'), "{option}");
        self.click_on(selector).await;
        let script = format!(
            "const list = document.querySelector({selector:?}); \
             const option = [...list.options].find(option => option.text === {option:?}); \
             list.value = option.value; list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        let _ = self.script(&script).await;
    }

    /// Chooses a file for the field that a CSS selector finds.
    pub async fn upload(&self, selector: &str, file: &std::path::Path) {
        let keys = json!({ "text": file.to_str().unwrap() });
        let _ = self
            .on("css selector", selector, async |element| {
                let value = self.http.post(self.command(&format!("{element}/value")));
                command_of(value.json(&keys)).await
            })
            .await;
    }

    /// Types keys at whatever has the focus, such as `\u{e004}` for Tab (WebDriver section 17.4.2).
    pub async fn keys(&self, keys: &str) {
        let element = self.get("element/active").await;
        let element = element[ELEMENT].as_str().unwrap().to_owned();
        let keys = json!({ "text": keys });
        let _ = self.post(&format!("element/{element}/value"), keys).await;
    }

    /// Goes back, as by the browser's button.
    pub async fn back(&self) {
        let _ = self.post("back", json!({})).await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        let _ = self.post("refresh", json!({})).await;
    }

    /// Waits until a script's `return` is true, in the present page.
    ///
    /// # Panics
    /// When it never is.
    pub async fn becomes(&self, what: &str, script: &str) {
        self.until(what, async || self.script(script).await == true)
            .await;
    }

    /// The present address.
    pub async fn url(&self) -> String {
        self.get("url").await.as_str().unwrap().to_owned()
    }

    /// Waits until it is at that very address.
    ///
    /// # Panics
    /// When it gets stuck elsewhere.
    pub async fn at(&self, url: &str) {
        self.until(&format!("be at {url}"), async || self.url().await == url)
            .await;
    }

    /// Waits until the page's text contains that.
    ///
    /// # Panics
    /// When it never does.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("show {text:?}"), async || {
            // The page may change between finding its body and reading it.
            let body = self
                .script("return document.body ? document.body.innerText : ''")
                .await;
            body.as_str().is_some_and(|body| body.contains(text))
        })
        .await;
    }

    /// What a script's `return` gives, in the present page.
    pub async fn script(&self, script: &str) -> Value {
        let call = json!({ "script": script, "args": [] });
        self.post("execute/sync", call).await
    }

    /// What a script hands to the callback that is its last argument.
    async fn async_script(&self, script: &str) -> Value {
        let call = json!({ "script": script, "args": [] });
        self.post("execute/async", call).await
    }

    /// A command of the browser's own protocol.
    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let call = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", call).await
    }

    /// The cookies that go to the present page, as WebDriver describes them (section 14).
    pub async fn cookies(&self) -> Vec<Value> {
        self.get("cookie").await.as_array().unwrap().clone()
    }

    /// What the page has written to the console as errors: a blocked script or style among them.
    pub async fn console_errors(&self) -> Vec<String> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().unwrap().iter();
        entries
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// A picture of the page, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        use base64::Engine;
        let picture = self.get("screenshot").await;
        base64::engine::general_purpose::STANDARD
            .decode(picture.as_str().unwrap())
            .unwrap()
    }

    async fn until(&self, what: &str, done: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !done().await {
            if begun.elapsed() > LIMIT {
                panic!("the browser didn't {what}: {}", self.describe().await);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn click(&self, using: &str, value: &str) {
        let _ = self
            .on(using, value, async |element| {
                let click = self.http.post(self.command(&format!("{element}/click")));
                command_of(click.json(&json!({}))).await
            })
            .await;
    }

    /// Waits for the element, as the session's implicit timeout says, and does something to it. When
    /// the page is another by then, to the one that stands there now.
    async fn on(
        &self,
        using: &str,
        value: &str,
        act: impl AsyncFn(String) -> Result<Value, String>,
    ) -> Value {
        let begun = Instant::now();
        loop {
            let wanted = json!({ "using": using, "value": value });
            let found = self.post("element", wanted).await;
            let element = format!("element/{}", found[ELEMENT].as_str().unwrap());
            match act(element).await {
                Err(error) if error.starts_with(GONE) && begun.elapsed() < LIMIT => {}
                answer => return self.answer(value, answer).await,
            }
        }
    }

    fn command(&self, path: &str) -> String {
        format!("{}/{path}", self.session)
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.command(path));
        self.answer(path, command_of(request).await).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(self.command(path));
        self.answer(path, command_of(request.json(&body)).await)
            .await
    }

    async fn answer(&self, path: &str, answer: Result<Value, String>) -> Value {
        match answer {
            Ok(value) => value,
            Err(error) => panic!("{path}: {error}\n{}", self.describe().await),
        }
    }

    /// Where it is and what it shows, for the message of a failed test.
    async fn describe(&self) -> String {
        let part = async |path: &str| {
            let request = self.http.get(self.command(path));
            command_of(request).await.unwrap_or_default().to_string()
        };
        format!("{} {:.4000}", part("url").await, part("source").await)
    }
}

/// What a new session shall be like.
fn capabilities(chromium: &str, profile: &str) -> Value {
    let arguments = [
        "--headless",
        // Chromium refuses to run as root otherwise, and containers lack what its sandbox needs.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--window-size=1280,800",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ];
    let profile = format!("--user-data-dir={profile}");
    let arguments: Vec<&str> = arguments.into_iter().chain([profile.as_str()]).collect();
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": chromium, "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": {
            "implicit": LIMIT.as_millis(), "pageLoad": LIMIT.as_millis(), "script": LIMIT.as_millis(),
        },
    } } })
}

/// Sends a command, and answers its value or what went wrong.
async fn command_of(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let sent = request.timeout(LIMIT * 2).send().await;
    let response = sent.map_err(|error| error.to_string())?;
    let good = response.status().is_success();
    let answer: Value = response.json().await.map_err(|error| error.to_string())?;
    if good {
        return Ok(answer["value"].clone());
    }
    let error = &answer["value"];
    let kind = error["error"].as_str().unwrap_or("error");
    Err(format!("{kind}: {}", error["message"]))
}
