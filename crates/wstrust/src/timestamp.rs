use chrono::{DateTime, TimeDelta, Utc};
use xml::Element;

use crate::{Part, RequestError, Version};

/// How far the clocks of client and server may differ (WST-07).
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// How long a message may be valid: the Office sign-in assistant writes a day (protocol.md §4.5). Whoever remembers
/// the ids of messages needs an end.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Until when the message with this security header would be accepted. It must be valid now.
pub(crate) fn accepted_until(
    security: &Element,
    version: Version,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, RequestError> {
    let timestamp = Part::Timestamp.needed_in(security, version)?;
    let created = instant(Part::Created, timestamp, version)?;
    let expires = instant(Part::Expires, timestamp, version)?;
    // Differences, because sums leave the range of years that instants have.
    if expires < created {
        return Err(RequestError::ElementMalformed(Part::Timestamp));
    }
    if created - now > SKEW || expires - created > LONGEST {
        return Err(RequestError::NotYetValid);
    }
    if now - expires > SKEW {
        return Err(RequestError::Expired);
    }
    Ok(expires + SKEW)
}

/// An `xsd:dateTime` with its time zone and any number of decimals: clients write none, three or seven.
fn instant(part: Part, timestamp: &Element, version: Version) -> Result<DateTime<Utc>, RequestError> {
    let text = part.token(part.needed_in(timestamp, version)?)?;
    let instant = DateTime::parse_from_rfc3339(text).map_err(|_| RequestError::ElementMalformed(part))?;
    Ok(instant.to_utc())
}
