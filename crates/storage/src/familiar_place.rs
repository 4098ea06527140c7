use chrono::{DateTime, TimeDelta, Utc};
use model::{OrganisationId, Origin, Upn, UserId};
use sqlx::FromRow;

use crate::backend::{Connection, on, statements};
use crate::error::StorageError;
use crate::store::Store;
use crate::transaction::Transaction;

/// When a user last signed in with a browser and from a network; none: never, or too long ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Familiarity {
    /// With the browser.
    pub device_seen_at: Option<DateTime<Utc>>,
    /// From the network.
    pub network_seen_at: Option<DateTime<Utc>>,
}

/// A sign-in that makes its place familiar.
#[derive(Clone, Debug)]
pub struct PlaceSeen {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signed in.
    pub user: UserId,
    /// Where.
    pub origin: Origin,
    /// What the browser calls itself, in short.
    pub label: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A browser that a user has signed in with.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct KnownDevice {
    /// Where it was when it was last seen.
    pub network: String,
    /// What it calls itself, in short.
    pub label: String,
    /// When the user first signed in with it.
    pub first_seen_at: DateTime<Utc>,
    /// When the user last signed in with it, give or take a day.
    pub last_seen_at: DateTime<Utc>,
}

/// A browser that its user has not signed in with for so long is a stranger. No browser keeps a cookie longer.
pub const DEVICE_KNOWN_FOR: TimeDelta = TimeDelta::days(400);

/// A network that its user has not signed in from for so long is a stranger: addresses change hands.
pub const NETWORK_FAMILIAR_FOR: TimeDelta = TimeDelta::days(30);

/// The most browsers, and the most networks, that are kept of a user; of more, the longest unseen go.
const KEPT: i64 = 20;

impl Store {
    /// How familiar an origin is to the account with a sign-in name; to no account at all, not in the least.
    pub async fn familiarity(
        &self,
        organisation: OrganisationId,
        upn: &Upn,
        origin: &Origin,
        now: DateTime<Utc>,
    ) -> Result<Familiarity, StorageError> {
        let mut lease = self.reader().await?;
        let row = on!(&mut lease, db => {
            sqlx::query_as::<Db, FamiliarityRow>(FAMILIARITY)
                .bind(organisation.as_uuid())
                .bind(upn.key())
                .bind(origin.device.as_ref().map(<[u8; 32]>::as_slice))
                .bind(origin.network.to_string())
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(|row| row.at(now)).unwrap_or_default())
    }

    /// The browsers that a user has signed in with, the latest first.
    pub async fn known_devices(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Vec<KnownDevice>, StorageError> {
        let mut lease = self.reader().await?;
        Ok(on!(&mut lease, db => {
            sqlx::query_as::<Db, KnownDevice>(KNOWN_DEVICES)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .fetch_all(db)
                .await
        })?)
    }
}

impl Transaction {
    /// Makes every place a stranger to a user again, as somebody else may have signed in there.
    pub async fn forget_places(
        &mut self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<(), StorageError> {
        for statement in [FORGET_DEVICES, FORGET_NETWORKS] {
            on!(&mut self.connection(), db => {
                sqlx::query::<Db>(statement)
                    .bind(organisation.as_uuid())
                    .bind(user.as_uuid())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }
}

impl PlaceSeen {
    /// Nothing happens for a user who is gone by now.
    pub(crate) async fn write(&self, connection: &mut Connection<'_>) -> Result<(), StorageError> {
        let Self { organisation, user, origin, label, at } = self;
        if let Some(device) = &origin.device {
            on!(&mut *connection, db => {
                sqlx::query::<Db>(SEE_DEVICE)
                    .bind(organisation.as_uuid())
                    .bind(user.as_uuid())
                    .bind(device.as_slice())
                    .bind(origin.network.to_string())
                    .bind(label.as_str())
                    .bind(*at)
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        on!(&mut *connection, db => {
            sqlx::query::<Db>(SEE_NETWORK)
                .bind(organisation.as_uuid())
                .bind(user.as_uuid())
                .bind(origin.network.to_string())
                .bind(*at)
                .execute(db)
                .await
                .map(drop)
        })?;
        for statement in [DROP_OLDEST_DEVICES, DROP_OLDEST_NETWORKS] {
            on!(&mut *connection, db => {
                sqlx::query::<Db>(statement).bind(user.as_uuid()).bind(KEPT).execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }
}

/// Drops the places that have become strangers.
pub(crate) async fn drop_strangers(
    connection: &mut Connection<'_>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let limits = [(DROP_STRANGE_DEVICES, DEVICE_KNOWN_FOR), (DROP_STRANGE_NETWORKS, NETWORK_FAMILIAR_FOR)];
    for (statement, kept_for) in limits {
        on!(&mut *connection, db => {
            sqlx::query::<Db>(statement).bind(now - kept_for).execute(db).await.map(drop)
        })?;
    }
    Ok(())
}

#[derive(FromRow)]
pub(crate) struct FamiliarityRow {
    device_seen_at: Option<DateTime<Utc>>,
    network_seen_at: Option<DateTime<Utc>>,
}

impl FamiliarityRow {
    /// What of it still counts.
    pub(crate) fn at(&self, now: DateTime<Utc>) -> Familiarity {
        Familiarity {
            device_seen_at: self.device_seen_at.filter(|seen| now - *seen < DEVICE_KNOWN_FOR),
            network_seen_at: self.network_seen_at.filter(|seen| now - *seen < NETWORK_FAMILIAR_FOR),
        }
    }
}

statements! {
    FAMILIARITY = "select
            (select known_devices.last_seen_at from known_devices
                where known_devices.user_id = users.id and known_devices.hash = $3) as device_seen_at,
            (select familiar_networks.last_seen_at from familiar_networks
                where familiar_networks.user_id = users.id and familiar_networks.network = $4) as network_seen_at
        from users
        where organisation_id = $1 and lower(upn) = $2";

    KNOWN_DEVICES = "select known_devices.network, known_devices.label, known_devices.first_seen_at,
            known_devices.last_seen_at
        from known_devices
        join users on users.id = known_devices.user_id
        where users.organisation_id = $1 and users.id = $2
        order by known_devices.last_seen_at desc";

    SEE_DEVICE = "insert into known_devices (user_id, hash, network, label, first_seen_at, last_seen_at)
        select id, $3, $4, $5, $6, $6
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id, hash) do update
        set network = excluded.network, label = excluded.label, last_seen_at = excluded.last_seen_at";

    SEE_NETWORK = "insert into familiar_networks (user_id, network, last_seen_at)
        select id, $3, $4
        from users
        where organisation_id = $1 and id = $2
        on conflict (user_id, network) do update
        set last_seen_at = excluded.last_seen_at";

    DROP_OLDEST_DEVICES = "delete from known_devices
        where user_id = $1 and hash in (
            select hash from known_devices where user_id = $1 order by last_seen_at desc limit 1000 offset $2
        )";

    DROP_OLDEST_NETWORKS = "delete from familiar_networks
        where user_id = $1 and network in (
            select network from familiar_networks where user_id = $1 order by last_seen_at desc limit 1000 offset $2
        )";

    DROP_STRANGE_DEVICES = "delete from known_devices
        where last_seen_at <= $1";

    DROP_STRANGE_NETWORKS = "delete from familiar_networks
        where last_seen_at <= $1";

    FORGET_DEVICES = "delete from known_devices
        where user_id = (select id from users where organisation_id = $1 and id = $2)";

    FORGET_NETWORKS = "delete from familiar_networks
        where user_id = (select id from users where organisation_id = $1 and id = $2)";
}
