using ProxyGroups.Groups;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Admin;

/// <summary>What a slot that is held does.</summary>
/// <param name="Age">Since when.</param>
/// <param name="Method">Null: the request is about to be sent, or was answered this moment.</param>
/// <param name="Path">As the worker gets it, without the query, in printable ASCII, at most 200 characters of it.</param>
/// <param name="IsUpgraded">It has become a connection of its own (WebSocket).</param>
internal sealed record SlotSnapshot(int Slot, TimeSpan Age, string? Method, string? Path, bool IsUpgraded)
{
    private const int Longest = 200;

    public static SlotSnapshot Of(HeldSlot held, SlotWork? work) =>
        new(held.Slot, held.Age, work?.Method, work is { Path: var path } ? Printable(path) : null, held.Kind == SlotKind.Upgraded);

    // It may be drawn on a terminal.
    private static string Printable(string path) =>
        string.Concat((path.Length > Longest ? path[..Longest] + "..." : path).Select(static next => next is > ' ' and < '\u007f' ? next : '?'));
}
