//! Videos: rows, slugs, publication, lists, search.

use std::collections::BTreeSet;

use vlog::db::videos::{self, Cursor, ListQuery, Publication, Sort, Sprites};
use vlog::db::{Conn, Db, DbError, users};
use vlog::domain::account::{Role, User};
use vlog::domain::id::{UserId, VideoId};
use vlog::domain::task::SpriteSheets;
use vlog::domain::video::{Failure, RenditionKind, RenditionSummary, VideoStatus};
use vlog::domain::visibility::{Viewer, Visibility};

use crate::database::{execute, job, new_video, on, on_both, video};

on_both!(
    a_row_comes_back_as_it_went_in,
    slugs_are_unique_under_a_race,
    states_move_forward_only,
    an_unpublished_video_stays_hidden,
    deleting_takes_jobs_along,
    pages_neither_lose_nor_repeat,
    every_order_pages,
    lists_filter,
    search_finds_words_by_their_beginning,
    lists_show_each_viewer_their_own,
    seek_bar_pictures_are_replaced_and_go_with_their_video,
);

async fn seek_bar_pictures_are_replaced_and_go_with_their_video(db: Db) {
    on(&db, |conn| {
        let ids: Vec<VideoId> = (0..4).map(|n| video(conn, &format!("clip {n}"), 1).id).collect();
        let [one, two, pending, gone] = ids[..] else { panic!() };
        for id in [one, two, gone] {
            let publication = Publication { generation: 1, status: VideoStatus::Ready, renditions: &[] };
            videos::publish(conn, id, &publication, 2)?;
        }
        videos::set_source_dropped(conn, gone)?;
        assert_eq!(videos::list_without_sprites(conn, VideoId(0), 9)?, [one, two], "not {pending}, not {gone}");
        assert_eq!(videos::list_without_sprites(conn, VideoId(0), 1)?, [one]);
        assert_eq!(videos::list_without_sprites(conn, one, 9)?, [two]);

        let not_shown = videos::list_sprites_not_shown;
        assert_eq!(videos::find_sprites(conn, one)?, None);
        let sheets = SpriteSheets { interval_seconds: 10, count: 105, columns: 10, rows: 9, width: 160, height: 90 };
        let first = Sprites { number: 1_700_000_000, sheets, made_at_ms: 5 };
        videos::set_sprites(conn, one, &first)?;
        assert_eq!(videos::find_sprites(conn, one)?, Some(first));
        assert_eq!(videos::list_without_sprites(conn, VideoId(0), 9)?, [two]);
        let second = Sprites { number: u32::MAX, sheets: SpriteSheets { count: 1, ..sheets }, made_at_ms: 6 };
        assert_eq!((not_shown(conn, true)?, not_shown(conn, false)?), (vec![one], vec![]), "in no manifest so far");
        videos::set_sprites_shown(conn, one, Some(first.number))?;
        assert_eq!((not_shown(conn, true)?, not_shown(conn, false)?), (vec![], vec![one]));
        videos::set_sprites(conn, one, &second)?;
        assert_eq!(videos::find_sprites(conn, one)?, Some(second));
        assert_eq!((not_shown(conn, true)?, not_shown(conn, false)?), (vec![one], vec![one]), "the old ones");
        videos::set_sprites_shown(conn, one, None)?;
        assert_eq!((not_shown(conn, true)?, not_shown(conn, false)?), (vec![one], vec![]));
        videos::set_sprites(conn, pending, &first)?;
        assert_eq!(not_shown(conn, true)?, [one], "{pending} has no manifest that stays");
        videos::delete(conn, one)?;
        assert_eq!(videos::find_sprites(conn, one)?, None);
        Ok(())
    })
    .await;
}

fn rendition(name: &str) -> RenditionSummary {
    RenditionSummary {
        kind: if name.starts_with("audio") { RenditionKind::Audio } else { RenditionKind::Video },
        name: name.to_owned(),
        codec: "h264".to_owned(),
        codecs: "avc1.640028".to_owned(),
        width: 1920,
        height: 1080,
        frame_rate: 29.97,
        bandwidth: 5_000_000,
        average_bandwidth: 4_000_000,
        language: None,
        label: String::new(),
        channels: 0,
        default: false,
        copied: false,
        segment_count: 3,
        duration_seconds: 12.5,
        size_bytes: 7,
    }
}

fn publish(conn: &mut Conn, id: VideoId, generation: u32, status: VideoStatus, now_ms: i64) -> Result<bool, DbError> {
    let renditions = [rendition("audio-0"), rendition("1080p"), rendition("720p")];
    videos::publish(conn, id, &Publication { generation, status, renditions: &renditions }, now_ms)
}

fn all() -> ListQuery {
    ListQuery {
        visible_only: false,
        viewer: None,
        status: None,
        search: None,
        sort: Sort::Date,
        descending: true,
        limit: 100,
        after: None,
    }
}

fn titles(conn: &mut Conn, query: &ListQuery) -> Result<Vec<String>, DbError> {
    Ok(videos::list(conn, query)?.videos.into_iter().map(|video| video.title).collect())
}

async fn a_row_comes_back_as_it_went_in(db: Db) {
    on(&db, |conn| {
        let new = new_video("Sommer & Meer 🎉");
        let id = videos::insert(conn, &new, "sommer", 42)?.id;
        let failure = Failure { code: "invalid_media".to_owned(), message: "No streams.".to_owned() };
        videos::set_failed(conn, id, &failure)?;
        videos::set_media_result(conn, id, 12.4, &["one".to_owned()])?;
        videos::set_thumbnails(conn, id, &[320, 640], Some("data:x"))?;
        videos::set_source_dropped(conn, id)?;
        let video = videos::find_by_slug(conn, "sommer")?.unwrap();
        assert_eq!(video.source.size_bytes, new.source.size_bytes);
        assert_eq!((video.title, video.media), (new.title, new.media));
        assert_eq!((video.width, video.height, video.duration_seconds), (1920, 1080, 12.4));
        assert_eq!((video.status, video.error), (VideoStatus::Failed, Some(failure)));
        assert_eq!((video.warnings, video.thumbnail_widths), (vec!["one".to_owned()], vec![320, 640]));
        assert_eq!((video.source.kept, video.placeholder.as_deref()), (false, Some("data:x")));
        assert_eq!((video.created_at_ms, video.published_at_ms, video.generation), (42, None, None));
        assert!(videos::find_by_slug(conn, "winter")?.is_none());
        assert!(matches!(videos::get(conn, VideoId(999)), Err(DbError::NotFound)));
        assert!(matches!(videos::set_failed(conn, VideoId(999), &video_failure()), Err(DbError::NotFound)));
        Ok(())
    })
    .await;
}

fn video_failure() -> Failure {
    Failure { code: "x".to_owned(), message: String::new() }
}

async fn slugs_are_unique_under_a_race(db: Db) {
    on(&db, |conn| Ok(video(conn, "clip-2", 1))).await;
    let inserts: Vec<_> = (0..20)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move { on(&db, move |conn| Ok(video(conn, "clip", n).slug)).await })
        })
        .collect();
    let mut slugs = BTreeSet::new();
    for insert in inserts {
        slugs.insert(insert.await.unwrap());
    }
    let wanted: BTreeSet<String> = (3..=21).map(|n| format!("clip-{n}")).chain(["clip".to_owned()]).collect();
    assert_eq!(slugs, wanted);
}

async fn states_move_forward_only(db: Db) {
    on(&db, |conn| {
        let id = video(conn, "A", 1).id;
        assert!(videos::set_status(conn, id, VideoStatus::Processing)?);
        assert!(publish(conn, id, 1, VideoStatus::Playable, 10)?);
        assert!(!videos::set_status(conn, id, VideoStatus::Processing)?, "it can be watched already");
        assert!(publish(conn, id, 1, VideoStatus::Ready, 20)?);
        assert!(publish(conn, id, 1, VideoStatus::Ready, 20)?, "publishing twice is harmless");
        assert!(!publish(conn, id, 1, VideoStatus::Playable, 30)?, "a late writer changes nothing");
        assert_eq!(videos::get(conn, id)?.status, VideoStatus::Ready);
        assert!(publish(conn, id, 2, VideoStatus::Playable, 40)?);
        assert!(!publish(conn, id, 1, VideoStatus::Ready, 50)?, "nor does an older generation");
        let video = videos::get(conn, id)?;
        assert_eq!((video.generation, video.published_at_ms), (Some(2), Some(10)));
        assert_eq!(video.renditions[1], rendition("1080p"));
        assert_eq!(videos::list(conn, &all())?.videos[0].max_quality.as_deref(), Some("1080p"));

        videos::set_failed(conn, id, &video_failure())?;
        assert!(videos::set_status(conn, id, VideoStatus::Processing)?);
        let video = videos::get(conn, id)?;
        assert_eq!((video.status, video.error), (VideoStatus::Playable, None), "viewers have something of it");
        assert!(matches!(publish(conn, VideoId(99), 1, VideoStatus::Ready, 1), Err(DbError::NotFound)));
        Ok(())
    })
    .await;
}

async fn an_unpublished_video_stays_hidden(db: Db) {
    on(&db, |conn| {
        let id = video(conn, "A", 1).id;
        publish(conn, id, 1, VideoStatus::Ready, 10)?;
        execute(conn, "UPDATE videos SET published_at = NULL");
        publish(conn, id, 2, VideoStatus::Ready, 20)?;
        assert_eq!(videos::get(conn, id)?.published_at_ms, None);
        Ok(())
    })
    .await;
}

async fn deleting_takes_jobs_along(db: Db) {
    on(&db, |conn| {
        let first = video(conn, "A", 1).id;
        job(conn, first);
        assert!(videos::delete(conn, first)?);
        assert!(!videos::delete(conn, first)?);
        assert!(vlog::db::jobs::list_active(conn)?.is_empty());
        assert!(video(conn, "A", 1).id > first, "ids name directories and are not used again");
        Ok(())
    })
    .await;
}

async fn pages_neither_lose_nor_repeat(db: Db) {
    on(&db, |conn| {
        // 25 videos with 3 different times: pages of 4 end within runs of equal keys
        let ids: Vec<VideoId> = (0..25).map(|n| video(conn, "same", n / 10).id).collect();
        for &id in &ids {
            publish(conn, id, 1, VideoStatus::Ready, id.0 / 10)?;
        }
        for visible_only in [true, false] {
            for descending in [true, false] {
                let mut query = ListQuery { visible_only, descending, limit: 4, ..all() };
                let mut seen = Vec::new();
                loop {
                    let page = videos::list(conn, &query)?;
                    assert!(page.videos.len() == 4 || page.next.is_none());
                    seen.extend(page.videos.iter().map(|video| video.id));
                    // a new video on top moves nothing on the pages after it
                    if seen.len() == 4 && descending && !visible_only {
                        video(conn, "new", 1_000);
                    }
                    let Some(next) = page.next else { break };
                    query.after = Some(Cursor::decode(&next.encode())?);
                }
                let mut wanted = ids.clone();
                if descending {
                    wanted.reverse();
                }
                seen.retain(|id| ids.contains(id));
                assert_eq!(seen, wanted, "visible {visible_only}, descending {descending}");
            }
        }
        Ok(())
    })
    .await;
}

async fn every_order_pages(db: Db) {
    on(&db, |conn| {
        for (title, seconds) in [("banana", 3.5), ("Apple", 3.5), ("Éclair", 1.0), ("apple", 0.1), ("Zebra", 9.0)] {
            let id = video(conn, title, 1).id;
            videos::set_media_result(conn, id, seconds, &[])?;
        }
        let mut walk = |sort: Sort, descending: bool| -> Result<Vec<String>, DbError> {
            let mut query = ListQuery { sort, descending, limit: 1, ..all() };
            let mut seen = Vec::new();
            loop {
                let page = videos::list(conn, &query)?;
                seen.extend(page.videos.into_iter().map(|video| video.title));
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => return Ok(seen),
                }
            }
        };
        assert_eq!(walk(Sort::Title, false)?, ["Apple", "apple", "banana", "Zebra", "Éclair"]);
        assert_eq!(walk(Sort::Title, true)?, ["Éclair", "Zebra", "banana", "apple", "Apple"]);
        assert_eq!(walk(Sort::Duration, false)?, ["apple", "Éclair", "banana", "Apple", "Zebra"]);
        assert_eq!(walk(Sort::Duration, true)?, ["Zebra", "Apple", "banana", "Éclair", "apple"]);

        let next = videos::list(conn, &ListQuery { limit: 1, ..all() })?.next;
        let foreign = videos::list(conn, &ListQuery { sort: Sort::Title, after: next, ..all() });
        assert!(matches!(foreign, Err(DbError::Cursor)));
        for text in ["", "x", "e30", "!!", "eyJpZCI6MX0"] {
            assert!(matches!(Cursor::decode(text), Err(DbError::Cursor)), "{text:?}");
        }
        Ok(())
    })
    .await;
}

async fn lists_filter(db: Db) {
    on(&db, |conn| {
        let ids: Vec<VideoId> = ["A", "B", "C", "D"].map(|title| video(conn, title, 1).id).into();
        publish(conn, ids[0], 1, VideoStatus::Ready, 5)?;
        publish(conn, ids[1], 1, VideoStatus::Playable, 6)?;
        publish(conn, ids[2], 1, VideoStatus::Playable, 7)?;
        videos::set_failed(conn, ids[2], &video_failure())?;
        videos::set_failed(conn, ids[3], &video_failure())?;
        let visible = ListQuery { visible_only: true, ..all() };
        assert_eq!(titles(conn, &visible)?, ["C", "B", "A"], "as far as it got, which D did not");
        assert_eq!(videos::count(conn, &visible)?, 3);
        assert_eq!(titles(conn, &ListQuery { status: Some(VideoStatus::Failed), ..all() })?, ["D", "C"]);
        assert_eq!(videos::count(conn, &ListQuery { limit: 1, ..all() })?, 4);
        let page = videos::list(conn, &ListQuery { limit: 0, ..all() })?;
        assert!(page.videos.is_empty() && page.next.is_none());
        Ok(())
    })
    .await;
}

async fn search_finds_words_by_their_beginning(db: Db) {
    on(&db, |conn| {
        let mut described = new_video("Winter walk");
        described.description = "a long summer evening".to_owned();
        videos::insert(conn, &described, "winter-walk", 1)?;
        video(conn, "Summer holiday 2026", 2);
        video(conn, "It's C++ & rust-lang", 3);
        let mut find = |words: &str| -> Result<Vec<String>, DbError> {
            let ids = videos::search(conn, words, 10)?;
            let listed = titles(conn, &ListQuery { search: Some(words.to_owned()), ..all() })?;
            assert_eq!(
                videos::count(conn, &ListQuery { search: Some(words.to_owned()), ..all() })?,
                listed.len() as u64
            );
            let ranked: Result<Vec<String>, DbError> =
                ids.into_iter().map(|id| Ok(videos::get(conn, id)?.title)).collect();
            let ranked = ranked?;
            assert_eq!(BTreeSet::from_iter(&ranked), BTreeSet::from_iter(&listed), "{words:?}");
            Ok(ranked)
        };
        assert_eq!(find("summer")?, ["Summer holiday 2026", "Winter walk"], "a title counts more");
        assert_eq!(find("SUMM hol")?, ["Summer holiday 2026"]);
        assert_eq!(find("2026")?, ["Summer holiday 2026"]);
        assert_eq!(find("summer zebra")?, Vec::<String>::new());
        assert_eq!(find("rust-l")?, ["It's C++ & rust-lang"]);
        assert_eq!(find("it's")?, ["It's C++ & rust-lang"]);
        for hostile in ["\"", "'", "a'b\\", "NOT AND OR", "summer)", "*", ":*", "a & | !", "x\u{0}y", "title:"] {
            find(hostile)?;
        }
        assert_eq!(find("!!!")?, Vec::<String>::new());
        assert_eq!(titles(conn, &ListQuery { search: Some(" ".to_owned()), ..all() })?.len(), 3, "nothing asked");
        Ok(())
    })
    .await;
}

async fn lists_show_each_viewer_their_own(db: Db) {
    on(&db, |conn| {
        let account = |name: &str| User {
            id: UserId::new(),
            username: name.to_owned(),
            display_name: name.to_owned(),
            role: Role::Viewer,
            has_password: false,
            created_at_ms: 1,
            disabled_at_ms: None,
        };
        let (anna, bert) = (account("anna"), account("bert"));
        for user in [&anna, &bert] {
            users::insert(conn, user, None)?;
        }
        let with: [(&str, Visibility, &[UserId], &[Role]); 5] = [
            ("open", Visibility::Public, &[], &[]),
            ("hidden", Visibility::Unlisted, &[], &[]),
            ("for anna", Visibility::Private, &[anna.id], &[]),
            ("for all", Visibility::Private, &[bert.id], &[Role::Viewer]),
            ("for editors", Visibility::Private, &[], &[Role::Editor]),
        ];
        for (n, (title, visibility, users, roles)) in with.into_iter().enumerate() {
            let id = video(conn, title, 1).id;
            publish(conn, id, 1, VideoStatus::Ready, 10 - n as i64)?;
            let sharing = videos::share(conn, id, visibility, users, roles)?;
            assert_eq!((sharing.visibility, sharing.version), (visibility, 1));
            assert_eq!((sharing.users.len(), sharing.roles.as_slice()), (users.len(), roles), "{title}");
            assert_eq!(videos::get(conn, id)?.sharing, sharing);
        }
        let mut seen = |viewer| {
            let query = ListQuery { visible_only: true, viewer, ..all() };
            assert_eq!(videos::count(conn, &query)?, videos::list(conn, &query)?.videos.len() as u64);
            titles(conn, &query)
        };
        let viewer = |id, role| Some(Viewer { id, role });
        assert_eq!(seen(None)?, ["open"]);
        assert_eq!(seen(viewer(anna.id, Role::Viewer))?, ["open", "for anna", "for all"]);
        assert_eq!(seen(viewer(bert.id, Role::Viewer))?, ["open", "for all"]);
        assert_eq!(seen(viewer(bert.id, Role::Editor))?, ["open", "for anna", "for all", "for editors"]);
        users::delete(conn, anna.id)?;
        let left = videos::find_by_slug(conn, "for-anna")?.unwrap().sharing;
        assert_eq!((left.visibility, left.users.len()), (Visibility::Private, 0));
        assert!(matches!(videos::share(conn, VideoId(999), Visibility::Private, &[], &[]), Err(DbError::NotFound)));
        Ok(())
    })
    .await;
}
