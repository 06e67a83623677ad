//! The server as a `tower::Service`, mounted as the fallback of an axum router.
//!
//! ```text
//! cargo run --release --features tower,reqwest,tokio --example tower -- https://www.example.com
//! ```

use originkit::adapters::{Reqwest, Threads};
use originkit::tower::ImageService;
use originkit::{Endpoint, Engine, Origin};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).ok_or("usage: tower https://www.example.com")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let endpoint = Endpoint::new(&address).origin(Origin::new(&base));
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let images = ImageService::builder(engine).client(Reqwest::new()?).compute(Threads::new()).build();
    println!("try {address}/tr:w-300/<path of an image below {base}>");
    axum::serve(listener, axum::Router::new().fallback_service(images)).await?;
    Ok(())
}
