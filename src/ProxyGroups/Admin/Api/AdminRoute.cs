namespace ProxyGroups.Admin.Api;

/// <summary>One thing that can be asked: method, path with at most one star for a segment, what answers it.</summary>
internal sealed record AdminRoute(string Method, string Path, Func<AdminCall, Task> AnswerAsync)
{
    private readonly string[] _segments = Path.Split('/');

    /// <summary>The segment at the star, empty where there is none; null: another path.</summary>
    public string? Match(string path)
    {
        var segments = path.Split('/');
        return segments.Length == _segments.Length && _segments.Zip(segments).All(static pair => pair.First == "*" ? pair.Second.Length > 0 : pair.First == pair.Second)
            ? segments.ElementAtOrDefault(Array.IndexOf(_segments, "*")) ?? string.Empty
            : null;
    }
}
