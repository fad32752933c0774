//! Which index SQLite answers a query from. What looks at all videos must not read their rows.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent};
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use vlog::db::videos::{self, ListQuery, Sort};
use vlog::db::{Conn, DbError};

use crate::database::{on, sqlite};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What SQLite does for each query of `f`, a step a line.
fn plans<T>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> Vec<String> {
    let queries = Arc::new(Mutex::new(Vec::new()));
    instrument(conn, Some(Arc::clone(&queries)));
    f(conn).unwrap();
    instrument(conn, None);
    let Conn::Sqlite(conn) = conn else { panic!("not SQLite") };
    let queries = queries.lock().unwrap().clone();
    let explained = queries.iter().map(|query| diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(conn));
    explained.map(|steps| steps.unwrap().iter().map(|step: &Step| format!("{}\n", step.detail)).collect()).collect()
}

fn instrument(conn: &mut Conn, queries: Option<Arc<Mutex<Vec<String>>>>) {
    let Conn::Sqlite(conn) = conn else { panic!("not SQLite") };
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let (InstrumentationEvent::StartQuery { query, .. }, Some(queries)) = (event, &queries) {
            let text = query.to_string();
            queries.lock().unwrap().push(text.split(" -- binds").next().unwrap().to_owned());
        }
    });
}

#[tokio::test]
async fn what_looks_at_all_videos_goes_by_an_index() {
    let (db, _directory) = sqlite();
    on(&db, |conn| {
        let listed = ListQuery {
            visible_only: true,
            viewer: None,
            status: None,
            search: None,
            sort: Sort::Date,
            descending: true,
            limit: 50,
            after: None,
        };
        let counted = plans(conn, |conn| videos::count(conn, &listed));
        assert!(counted[0].contains("USING COVERING INDEX videos_by_published"), "{counted:?}");
        let page = plans(conn, |conn| videos::list(conn, &listed));
        assert!(page[0].contains("USING INDEX videos_by_published"), "{page:?}");
        assert!(!page[0].contains("TEMP B-TREE"), "nothing is sorted: {page:?}");

        let search = Some("harbour".to_owned());
        for (sort, index) in [(Sort::Date, "published"), (Sort::Title, "title"), (Sort::Duration, "duration")] {
            let found =
                plans(conn, |conn| videos::list(conn, &ListQuery { search: search.clone(), sort, ..listed.clone() }));
            assert!(found[0].contains(&format!("USING INDEX videos_by_{index}")), "{found:?}");
            assert!(!found[0].contains("TEMP B-TREE"), "nothing is sorted: {found:?}");
        }
        // hidden videos stand in the index by date alone; by another order, better the hits than all rows
        for (sort, way) in [(Sort::Date, "SCAN videos USING INDEX videos_by_created"), (Sort::Title, "(rowid=?)")] {
            let all = ListQuery { search: search.clone(), sort, visible_only: false, ..listed.clone() };
            let found = plans(conn, |conn| videos::list(conn, &all));
            assert!(found[0].contains(way), "{found:?}");
        }
        let found = plans(conn, |conn| videos::count(conn, &ListQuery { search, ..listed.clone() }));
        assert!(found[0].contains("USING COVERING INDEX videos_by_published"), "{found:?}");

        let files = plans(conn, videos::list_files);
        assert!(files[0].contains("USING COVERING INDEX videos_by_source"), "{files:?}");
        let whose = plans(conn, |conn| videos::find_by_source(conn, "a"));
        assert!(whose[0].contains("USING COVERING INDEX videos_by_source (source_key=?)"), "{whose:?}");

        let pictures = plans(conn, |conn| videos::list_sprites_not_shown(conn, true));
        assert!(pictures[0].starts_with("SCAN sprites USING INDEX sprites_not_shown"), "{pictures:?}");
        let words = plans(conn, videos::transcripts::list_not_shown);
        assert!(words[0].starts_with("SCAN transcripts USING INDEX transcripts_not_shown"), "{words:?}");
        Ok(())
    })
    .await;
}
