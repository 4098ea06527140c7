//! Lists of short texts: in a file an array, in a variable one text with commas.

use serde::{Deserialize, Deserializer, Serializer, de};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Array(Vec<String>),
    Text(String),
}

/// Writes a list as one text with commas.
pub(crate) fn serialize<S: Serializer>(
    items: impl IntoIterator<Item = impl ToString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let texts: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    serializer.serialize_str(&texts.join(", "))
}

/// Reads a list by reading each of its texts; blank ones are passed over.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, D::Error> {
    let texts = match Written::deserialize(deserializer)? {
        Written::Array(texts) => texts,
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    texts.map(|text| read(text).map_err(de::Error::custom)).collect()
}
