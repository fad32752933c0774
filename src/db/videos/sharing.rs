//! Who may see a video.

use diesel::prelude::*;

use super::super::conn::{Conn, each};
use super::super::error::DbError;
use super::super::schema::{users, video_shares, videos};
use super::one;
use crate::domain::account::Role;
use crate::domain::id::{UserId, VideoId};
use crate::domain::video::Video;
use crate::domain::visibility::{SharedUser, Sharing, Visibility};

/// An account's id and name, or a role.
type Row = (Option<(String, String)>, Option<String>);

/// A private video with those it is shared with.
pub(super) fn complete(conn: &mut Conn, mut video: Video) -> Result<Video, DbError> {
    if video.sharing.visibility != Visibility::Private {
        return Ok(video);
    }
    let rows: Vec<Row> = each!(conn => video_shares::table
        .left_join(users::table)
        .filter(video_shares::video_id.eq(video.id.0))
        .order(users::username_key)
        .select(((users::id, users::username).nullable(), video_shares::role))
        .load(conn))?;
    for row in rows {
        match row {
            (Some((id, username)), _) => video.sharing.users.push(SharedUser { id: id.parse()?, username }),
            (None, Some(role)) => video.sharing.roles.push(role.parse()?),
            (None, None) => {}
        }
    }
    Ok(video)
}

/// Ends the links to the files of private videos, or to those of all: whoever may still see them gets new ones.
pub fn end_links(conn: &mut Conn, of_all: bool) -> Result<(), DbError> {
    let next = videos::sharing_version.eq(videos::sharing_version + 1);
    let private = videos::visibility.eq(Visibility::Private.as_str());
    each!(conn => match of_all {
        true => diesel::update(videos::table).set(next).execute(conn),
        false => diesel::update(videos::table.filter(private)).set(next).execute(conn),
    })?;
    Ok(())
}

/// Changes who may see a video. The lists replace those there were; they must be empty unless it becomes private.
/// To be called within a transaction.
pub fn share(
    conn: &mut Conn,
    id: VideoId,
    visibility: Visibility,
    with: &[UserId],
    roles: &[Role],
) -> Result<Sharing, DbError> {
    let change = (videos::visibility.eq(visibility.as_str()), videos::sharing_version.eq(videos::sharing_version + 1));
    one(each!(conn => diesel::update(videos::table.find(id.0)).set(change).execute(conn))?)?;
    each!(conn => diesel::delete(video_shares::table.filter(video_shares::video_id.eq(id.0))).execute(conn))?;
    let (video_id, nobody, no_role) = (video_shares::video_id.eq(id.0), None::<String>, None::<&str>);
    let users = with
        .iter()
        .map(|user| (video_id, video_shares::user_id.eq(Some(user.to_string())), video_shares::role.eq(no_role)));
    let roles = roles
        .iter()
        .map(|role| (video_id, video_shares::user_id.eq(nobody.clone()), video_shares::role.eq(Some(role.as_str()))));
    let rows: Vec<_> = users.chain(roles).collect();
    each!(conn => diesel::insert_into(video_shares::table).values(&rows).execute(conn))?;
    Ok(super::get(conn, id)?.sharing)
}
