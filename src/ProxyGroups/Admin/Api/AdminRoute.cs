namespace ProxyGroups.Admin.Api;

/// <summary>One thing that can be asked: method, path with at most one star for a segment, what answers it.</summary>
internal sealed record AdminRoute(string Method, string Path, Func<AdminCall, Task> AnswerAsync)
{
    /// <summary>What it does, for the document of the interface.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What it answers with; null: a page.</summary>
    public Type? Answer { get; init; } = typeof(CommandAnswer);

    /// <summary>What stands at the star: "group" or "pid"; null: there is none.</summary>
    public string? PathParameter => !Path.Contains('*', StringComparison.Ordinal) ? null : Path.Contains("/workers/", StringComparison.Ordinal) ? "pid" : "group";

    /// <summary>The path as a template (RFC 6570): <c>/v1/groups/{group}</c>.</summary>
    public string Template => Path.Replace("*", $"{{{PathParameter}}}", StringComparison.Ordinal);

    /// <summary>Names of query parameters.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

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
