using System.Globalization;
using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>One datagram of the sd_notify(3) protocol: the lines that we understand; all others are ignored, as the protocol asks.</summary>
internal sealed record NotifyMessage(bool Ready, bool Stopping, bool Watchdog, string? Status)
{
    private const string OfOurs = "X_PROXYGROUPS_";
    private const string OfOverhead = OfOurs + "OVERHEAD=";

    /// <summary>A part of what our Python side says of modules (library.py, trial.py); null: none.</summary>
    public ModulesWord? Modules { get; private init; }

    /// <summary>See <see cref="PreloadHost.Overheads"/>; null: it says nothing of it.</summary>
    public long? Overhead { get; private init; }

    public static NotifyMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var lines = Encoding.UTF8.GetString(datagram).Split('\n');
        return new(lines.Contains("READY=1"), lines.Contains("STOPPING=1"), lines.Contains("WATCHDOG=1"), StatusIn(lines)) { Modules = ModulesIn(lines), Overhead = OverheadIn(lines) };
    }

    private static ModulesWord? ModulesIn(string[] lines)
    {
        var ours = lines.FirstOrDefault(static line => line.StartsWith(OfOurs, StringComparison.Ordinal))?[OfOurs.Length..].Split('=', 2);
        return ours switch
        {
            ["LOADED", var names] => new(names.Split(' '), [], null),
            ["OTHERS", var names] => new([], names.Split(' '), null),
            ["CODE", var words] => new([], [], null) { Code = words.Split(' ') },
            ["MODULES", var size] when long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => new([], [], bytes),
            _ => null,
        };
    }

    private static long? OverheadIn(string[] lines) =>
        Array.Find(lines, static line => line.StartsWith(OfOverhead, StringComparison.Ordinal)) is { } line && long.TryParse(line[OfOverhead.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    private static string? StatusIn(string[] lines) =>
        Array.FindLast(lines, line => line.StartsWith("STATUS=", StringComparison.Ordinal)) is { } line ? PlainText.Of(line["STATUS=".Length..]) : null;
}
