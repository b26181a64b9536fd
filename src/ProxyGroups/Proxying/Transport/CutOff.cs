namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// The end of a body that breaks off. On it YARP aborts the client's connection, and Kestrel then drops what it has taken and not yet sent: a client could
/// lose an answer of which it has seen no byte. Kestrel has no word for "sent", so the failure comes a moment after the last bytes. The slot is free by then.
/// </summary>
internal static class CutOff
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public static async ValueTask<int> AfterLastBytesAsync(Exception failure)
    {
        await Task.Delay(Moment, TimeProvider.System);
        throw failure;
    }
}
