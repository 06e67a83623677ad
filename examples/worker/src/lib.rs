//! A Cloudflare Worker that delivers images: an image URL in, an image out.
//!
//! The platform's `fetch` is the [client](client), its cache the [store](cache), and images are made in place. The
//! README says how to deploy it, and what does not hold on this platform.
#![cfg(target_arch = "wasm32")]

mod cache;
mod client;
mod config;
mod message;
mod meter;

use std::time::{Duration, SystemTime};

use originkit::Error;
use originkit::client::{Answered, drive};
use worker::{Context, Date, Env, Request, Response, console_error, console_warn, event};

/// Answers a request. Files for the cache are written after the answer.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    let site = match config::site(&env) {
        Ok(site) => site,
        Err(error) => {
            console_error!("the configuration has errors: {error}");
            return Response::error("This server is not configured.", 500);
        }
    };
    let Some(request) = message::request(&request) else { return Response::error("Bad request", 400) };
    let delivery = site.engine.deliver(&request, now());
    let Answered { response, later, .. } = drive(delivery, &site.io).await;
    if let Some(error) = response.extensions().get::<Error>() {
        console_warn!("{} {error}", response.status().as_u16());
    }
    if !later.is_empty() {
        context.wait_until(async move { later.finish(&site.io).await });
    }
    message::response(response)
}

/// Returns the time by the platform's clock, which stands still while code runs.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(Date::now().as_millis())
}
