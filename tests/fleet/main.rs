//! Past one machine: two instances of the example `fleet` with one store, and nginx with its cache before them.
//!
//! Needs `nginx`, as Debian packages it; without it the tests say so and pass. `ORIGINKIT_NGINX` names another
//! program, and makes it an error if there is none.
#![cfg(all(feature = "reqwest", feature = "tokio", feature = "object-store", feature = "webp-lossy"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![allow(clippy::cast_possible_truncation, reason = "a test")]

mod bucket;
#[path = "../images/mod.rs"]
mod images;
mod instances;
#[path = "../nginx/mod.rs"]
#[expect(dead_code, reason = "tests/origins.rs needs all of it")]
mod nginx;
#[path = "../program/mod.rs"]
mod program;
mod site;
#[path = "../visitor/mod.rs"]
mod visitor;

use bucket::Bucket;
use instances::{Answer, Fleet, until};

const PHOTO: &str = "/tr:w-40/photo.jpg";
const GONE: &str = "/tr:w-40/gone.jpg";
const JPEG_ONLY: (&str, &str) = ("accept", "image/jpeg,*/*;q=0.5");

#[tokio::test]
async fn any_instance_answers_with_what_another_made() {
    let Some(mut fleet) = Fleet::start(&[]).await else { return };
    let (a, b) = (fleet.a.authority(), fleet.b.authority());
    let first = fleet.ask(&a, PHOTO, &[]).await;
    assert_eq!((first.status, first.header("x-served-by")), (200, &*fleet.a.port));
    fleet.settles().await;
    let second = fleet.ask(&b, PHOTO, &[]).await;
    assert_eq!(second.header("x-served-by"), fleet.b.port);
    let tag = first.header("etag").to_owned();
    let first = first.shared();
    assert_eq!(first, second.shared());
    // By its own address, too.
    assert_eq!(first, fleet.ask(&b, PHOTO, &[("host", &b)]).await.shared());
    assert_eq!((fleet.renders().await, fleet.site.asked()), (1, vec!["/photo.jpg".to_owned()]));

    let same = fleet.ask(&b, PHOTO, &[("if-none-match", &tag)]).await;
    assert_eq!((same.status, same.header("etag"), same.body.len()), (304, &*tag, 0));
    let head = fleet.ask(&b, PHOTO, &[(":method", "HEAD")]).await;
    assert_eq!((head.status, &head.headers["content-length"], head.body.len()), (200, &first.1["content-length"], 0));

    fleet.a.kill();
    assert_eq!(fleet.ask(&b, PHOTO, &[]).await.shared(), first);
    let through = fleet.get(PHOTO).await;
    assert_eq!((through.found(), &through.body), ((200, "MISS"), &first.2));
    assert_eq!((fleet.stat(&fleet.b, "renders").await, fleet.site.asked().len()), (0, 1));
    // Another image of the file that the dead one fetched.
    assert_eq!(fleet.get("/tr:w-50/photo.jpg").await.status, 200);
    assert_eq!((fleet.stat(&fleet.b, "renders").await, fleet.site.asked().len()), (1, 1));
}

#[tokio::test]
async fn a_bucket_is_as_good_as_a_folder_and_none_at_all_will_do() {
    let bucket = Bucket::start().await;
    let fleet = Fleet::start_with("s3://images/kept", &bucket.environment(), &[]).await;
    let Some(fleet) = fleet else { return };
    let (a, b) = (fleet.a.authority(), fleet.b.authority());
    let first = fleet.ask(&a, PHOTO, &[]).await.shared();
    fleet.settles().await;
    let paths = bucket.paths();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths[0].starts_with("/images/kept/originals/") && paths[1].starts_with("/images/kept/renditions/"));
    assert_eq!(fleet.ask(&b, PHOTO, &[]).await.shared(), first);
    assert_eq!((first.0, fleet.renders().await, fleet.site.asked().len()), (200, 1, 1));

    bucket.is_down(true);
    for (width, asked) in [(50, 2), (60, 3)] {
        assert_eq!(fleet.ask(&b, &format!("/tr:w-{width}/photo.jpg"), &[]).await.status, 200);
        assert_eq!(fleet.site.asked().len(), asked);
        // Until then whoever comes is told of the file by the request before.
        fleet.settles().await;
    }
}

#[tokio::test]
async fn nginx_keeps_what_it_may_for_whom_it_is() {
    let Some(fleet) = Fleet::start(&[]).await else { return };
    let nginx = fleet.nginx.authority();
    let webp = fleet.get(PHOTO).await;
    fleet.settles().await;
    let jpeg = fleet.ask(&nginx, PHOTO, &[JPEG_ONLY]).await;
    for (answer, kind) in [(&webp, "image/webp"), (&jpeg, "image/jpeg")] {
        assert_eq!((answer.found(), answer.header("content-type")), ((200, "MISS"), kind));
        assert_eq!(answer.header("vary"), "accept");
    }
    let (tag, other) = (webp.header("etag"), jpeg.header("etag"));
    assert_ne!(tag, other);
    for _ in 0..2 {
        for (first, again) in [(&webp, fleet.get(PHOTO).await), (&jpeg, fleet.ask(&nginx, PHOTO, &[JPEG_ONLY]).await)] {
            assert_eq!(again.found(), (200, "HIT"));
            assert_eq!((&again.body, &again.headers["content-type"]), (&first.body, &first.headers["content-type"]));
        }
    }
    fleet.settles().await;
    // nginx compares letters, an instance what they mean: one more copy, but no image is made.
    let spelt = fleet.ask(&nginx, PHOTO, &[("accept", "image/webp")]).await;
    assert_eq!((spelt.found(), &spelt.body, fleet.renders().await), ((200, "MISS"), &webp.body, 2));

    let same = fleet.ask(&nginx, PHOTO, &[("if-none-match", tag)]).await;
    assert_eq!((same.found(), same.header("etag"), same.body.len()), ((304, "HIT"), tag, 0));
    assert_eq!(fleet.ask(&nginx, PHOTO, &[("if-none-match", other)]).await.found(), (200, "HIT"));

    // A head alone brings the image into the cache.
    let head = fleet.ask(&nginx, "/tr:w-41/photo.jpg", &[(":method", "HEAD")]).await;
    assert_eq!((head.found(), head.body.len()), ((200, "MISS"), 0));
    let whole = fleet.get("/tr:w-41/photo.jpg").await;
    assert_eq!((whole.found(), whole.header("content-length")), ((200, "HIT"), head.header("content-length")));

    let missing = fleet.get("/tr:w-40/missing.jpg").await;
    assert_eq!((missing.found(), missing.header("cache-control")), ((404, "MISS"), "public, max-age=60"));
    assert!(missing.header("ik-error").starts_with("ENOENT - "), "{missing:?}");
    assert_eq!(fleet.get("/tr:w-40/missing.jpg").await.found(), (404, "HIT"));
    assert_eq!(fleet.get("/stats").await.status, 404, "that is for those who run it");

    // Of many who want the same new image, one instance hears one.
    let before = fleet.renders().await;
    fleet.site.is_held(true);
    let crowd: Vec<_> = (0..8).map(|_| fleet.spawn(vec!["/tr:w-42/new/1.jpg".to_owned()])).collect();
    until("the origin is asked", async || fleet.site.asked().contains(&"/new/1.jpg".to_owned()).then_some(())).await;
    fleet.site.is_held(false);
    for answer in crowd {
        assert_eq!(answer.await.unwrap()[0].status, 200);
    }
    let asked = fleet.site.asked();
    assert_eq!(
        (fleet.renders().await - before, asked),
        (1, ["/photo.jpg", "/missing.jpg", "/new/1.jpg"].map(str::to_owned).to_vec())
    );
}

#[tokio::test]
async fn nginx_asks_whether_an_image_has_changed() {
    let Some(mut fleet) = Fleet::start(&["--lifetime", "1", "--originals", "0", "--errors", "1"]).await else { return };
    let first = fleet.get(PHOTO).await;
    assert_eq!((first.found(), fleet.get("/late.jpg").await.found()), ((200, "MISS"), (404, "MISS")));
    fleet.settles().await;
    let later = until("its time is over", async || old(fleet.get(PHOTO).await)).await;
    assert_eq!(
        (later.found(), &later.body, later.header("etag")),
        ((200, "REVALIDATED"), &first.body, first.header("etag"))
    );
    assert_eq!((fleet.renders().await, fleet.site.asked().pop().unwrap()), (1, "/photo.jpg if changed".to_owned()));

    fleet.site.has("/photo.jpg", 1);
    let new = until("its time is over", async || old(fleet.get(PHOTO).await)).await;
    assert_eq!((new.found(), fleet.renders().await), ((200, "EXPIRED"), 2));
    assert!(new.body != first.body && new.header("etag") != first.header("etag"));

    // Nor is an error for ever.
    fleet.site.has("/late.jpg", 0);
    let late = until("it is found", async || old(fleet.get("/late.jpg").await)).await;
    assert_eq!(late.found(), (200, "EXPIRED"));

    // No answer has allowed it, but the configuration does.
    assert!(new.header("cache-control").ends_with(", must-revalidate"), "{new:?}");
    fleet.a.kill();
    fleet.b.kill();
    let last = until("its time is over", async || old(fleet.get(PHOTO).await)).await;
    assert_eq!((last.found(), &last.body), ((200, "STALE"), &new.body));
}

#[tokio::test]
async fn nobody_waits_while_the_old_one_will_do() {
    let stale = ["--stale-while-revalidate", "60", "--stale-if-error", "60"];
    let arguments = [&["--lifetime", "1", "--originals", "2", "--errors", "1"][..], &stale].concat();
    let Some(fleet) = Fleet::start(&arguments).await else { return };
    let first = fleet.get(PHOTO).await;
    let usual = "public, s-maxage=1, max-age=1, stale-while-revalidate=60, stale-if-error=60";
    assert_eq!((first.found(), first.header("cache-control")), ((200, "MISS"), usual));
    fleet.settles().await;
    // It does not even answer: whoever waited for it would be seen.
    fleet.site.is_held(true);
    for instance in [&fleet.a, &fleet.b] {
        let old = until("it grows old", async || {
            let answer = fleet.ask(&instance.authority(), PHOTO, &[]).await;
            assert_eq!((answer.status, &answer.body), (200, &first.body));
            (answer.header("cache-control") != usual).then_some(answer)
        });
        assert_eq!(old.await.header("cache-control"), "public, max-age=1");
    }
    let stale = until("nginx finds it old", async || old(fleet.get(PHOTO).await)).await;
    assert_eq!((stale.found(), &stale.body), ((200, "STALE"), &first.body));

    fleet.site.has("/photo.jpg", 1);
    fleet.site.is_held(false);
    let new = until("the new one is there", async || changed(fleet.get(PHOTO).await, &first)).await;
    assert_ne!(new.body, first.body);
    let again = until("it is said to be good", async || {
        let answer = fleet.ask(&fleet.b.authority(), PHOTO, &[]).await;
        (answer.header("cache-control") == usual).then_some(answer)
    });
    assert_eq!(again.await.body, new.body);
}

#[tokio::test]
async fn an_old_image_is_better_than_none() {
    let arguments = ["--lifetime", "1", "--originals", "0", "--errors", "1", "--stale-if-error", "60"];
    let Some(fleet) = Fleet::start(&arguments).await else { return };
    let first = fleet.get(PHOTO).await;
    let usual = "public, s-maxage=1, max-age=1, stale-if-error=60";
    assert_eq!((first.found(), first.header("cache-control")), ((200, "MISS"), usual));
    fleet.settles().await;
    fleet.site.is_down(true);
    for instance in [&fleet.a, &fleet.b] {
        let answer = fleet.ask(&instance.authority(), PHOTO, &[]).await;
        assert_eq!((answer.status, &answer.body), (200, &first.body));
        assert_eq!(answer.header("cache-control"), "public, max-age=1");
    }
    let kept = until("nginx finds it old", async || old(fleet.get(PHOTO).await)).await;
    assert_eq!((kept.found(), &kept.body), ((200, "REVALIDATED"), &first.body));
    // What an instance said beside its 304 counts in nginx, but is not told on.
    assert_eq!(kept.header("cache-control"), usual);
    let never = fleet.get("/tr:w-40/new/1.jpg").await;
    assert_eq!((never.found(), never.header("cache-control")), ((502, "MISS"), "no-store"));

    fleet.site.has("/photo.jpg", 1);
    fleet.site.has("/gone.jpg", 0);
    fleet.site.is_down(false);
    assert_eq!(fleet.get(GONE).await.found(), (200, "MISS"));
    fleet.settles().await;
    fleet.site.loses("/gone.jpg");
    let new = until("it is back", async || changed(fleet.get(PHOTO).await, &first)).await;
    assert_eq!((new.found(), new.header("cache-control")), ((200, "EXPIRED"), usual));
    assert_eq!(fleet.ask(&fleet.b.authority(), PHOTO, &[]).await.body, new.body);

    // What is gone is gone: the old image is for errors.
    let gone = until("nginx finds it old", async || old(fleet.get(GONE).await)).await;
    assert_eq!((gone.found(), gone.header("cache-control")), ((404, "EXPIRED"), "public, max-age=1"));
}

#[tokio::test]
async fn one_instance_can_die() {
    const WORKERS: usize = 6;
    const EACH: usize = 10;
    let Some(mut fleet) = Fleet::start(&[]).await else { return };
    let images = |worker| (0..EACH).map(move |n| format!("/tr:w-30/new/{worker}-{n}.jpg")).collect();
    let workers: Vec<_> = (0..WORKERS).map(|worker| fleet.spawn(images(worker))).collect();
    until("some are answered", async || (fleet.site.asked().len() >= WORKERS * 3).then_some(())).await;
    // All are on their way, then one dies of it.
    fleet.site.is_held(true);
    until("all wait", async || {
        let mut under_way = Vec::new();
        for instance in [&fleet.a, &fleet.b] {
            under_way.push(fleet.stat(instance, "asked").await - fleet.stat(instance, "answered").await);
        }
        (under_way.iter().sum::<u64>() == WORKERS as u64).then(|| assert!(under_way[0] > 0, "{under_way:?}"))
    })
    .await;
    let before = fleet.site.asked().len();
    fleet.a.kill();
    fleet.site.is_held(false);
    let mut by = std::collections::HashMap::<String, usize>::new();
    for worker in workers {
        for answer in worker.await.unwrap() {
            assert_eq!(answer.found(), (200, "MISS"), "{answer:?}");
            *by.entry(answer.header("x-served-by").to_owned()).or_default() += 1;
        }
    }
    assert_eq!(by.values().sum::<usize>(), WORKERS * EACH);
    assert!(by[&fleet.a.port] > 0 && by[&fleet.b.port] > by[&fleet.a.port], "{by:?}");
    assert!(fleet.site.asked().len() > before, "the other one asks for what the dead one did");
    let statuses: Vec<_> = fleet.nginx.asked().into_iter().map(|line| line["status"].clone()).collect();
    assert!(statuses.len() == WORKERS * EACH && statuses.iter().all(|status| status == "200"), "{statuses:?}");
}

/// What is not as it was in nginx any more. Until then it is answered from there.
fn old(answer: Answer) -> Option<Answer> {
    (answer.header("x-cache") != "HIT").then_some(answer)
}

fn changed(answer: Answer, from: &Answer) -> Option<Answer> {
    assert_eq!(answer.status, 200);
    (answer.header("etag") != from.header("etag")).then_some(answer)
}
