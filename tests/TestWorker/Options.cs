namespace TestWorker;

/// <summary>Words of the command line: <c>--socket PATH</c>, <c>--port N</c>, <c>verb</c>, <c>verb=value</c>.</summary>
internal sealed class Options(string[] words)
{
    public string? Socket => After("--socket") ?? Environment.GetEnvironmentVariable("PROXYGROUPS_SOCKET");

    public int Port => int.Parse(After("--port") ?? "0", null);

    public bool Has(string verb) => words.Contains(verb);

    public string? Value(string verb) => Array.Find(words, word => word.StartsWith(verb + '=', StringComparison.Ordinal))?[(verb.Length + 1)..];

    private string? After(string name) => Array.IndexOf(words, name) is var at and >= 0 && at + 1 < words.Length ? words[at + 1] : null;
}
