using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ProxyGroups.Configuration;

/// <summary>
/// Immutable map compared by its entries. Its text shows names only: environment variables may hold secrets,
/// and a record prints what it contains.
/// </summary>
internal sealed class ValueMap<T>(IEnumerable<KeyValuePair<string, T>> entries, StringComparer comparer) : IReadOnlyDictionary<string, T>
{
    private readonly Dictionary<string, T> _entries = new(entries, comparer);

    public int Count => _entries.Count;

    public IEnumerable<string> Keys => _entries.Keys;

    public IEnumerable<T> Values => _entries.Values;

    public T this[string key] => _entries[key];

    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _entries.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    public override bool Equals(object? obj) => obj is ValueMap<T> other && other.Count == Count
        && _entries.All(entry => other.TryGetValue(entry.Key, out var value) && Equals(entry.Value, value));

    public override int GetHashCode() => _entries.Keys.Aggregate(Count, (hash, key) => hash ^ _entries.Comparer.GetHashCode(key));

    public override string ToString() => $"[{string.Join(", ", _entries.Keys)}]";
}
