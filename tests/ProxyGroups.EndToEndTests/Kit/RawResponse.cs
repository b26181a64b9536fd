using System.Text;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>An answer as it came, names and values untouched, Latin-1.</summary>
internal sealed record RawResponse(
    int Status,
    string Reason,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[] Body,
    IReadOnlyList<(string Name, string Value)> Trailers)
{
    public string Text => Encoding.Latin1.GetString(Body);

    public string? Header(string name) => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value);
}
