/// The keys of the `count` entries with the earliest instants, in any order and without sorting all.
pub(crate) fn longest_untouched<T: Ord + Copy, K>(
    mut entries: Vec<(T, K)>,
    count: usize,
) -> impl Iterator<Item = K> {
    let count = count.min(entries.len());
    if count > 0 {
        entries.select_nth_unstable_by_key(count - 1, |(touched, _)| *touched);
    }
    entries.into_iter().take(count).map(|(_, key)| key)
}
