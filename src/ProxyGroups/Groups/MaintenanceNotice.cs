namespace ProxyGroups.Groups;

/// <summary>What a group in maintenance answers: the app's own page, or none for one of ours.</summary>
internal sealed record MaintenanceNotice(ReadOnlyMemory<byte>? Page, string ContentType)
{
    public static MaintenanceNotice Ours { get; } = new(null, string.Empty);

    public static TimeSpan RetryAfter => TimeSpan.FromSeconds(60);

    public static MaintenanceNotice Of(byte[] page, string path) => new(page, Path.GetExtension(path) switch
    {
        ".txt" => "text/plain; charset=utf-8",
        ".json" => "application/json",
        _ => "text/html; charset=utf-8",
    });
}
