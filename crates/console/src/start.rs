//! `GET /`: on to the first place that whoever asks may be at.

use roster_web_kit::page::menu;

use crate::desk::{Answer, Desk};

pub(crate) async fn go(desk: &Desk) -> Answer {
    let places = menu::places(&desk.signed_in);
    let path = places.first().map_or("/", |place| place.path);
    Ok(desk.go(&desk.beside(path)))
}
