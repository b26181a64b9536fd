namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of memory that is shared by forking.</summary>
internal sealed record SharingStatus(long Used, long Plain, long Saved)
{
    public override string ToString() => Saved >= 0
        ? $"{Words.OfBytes(Used)} with all that they are forked from, {Words.OfBytes(Saved)} less than plain workers"
        : $"{Words.OfBytes(Used)} with all that they are forked from, {Words.OfBytes(-Saved)} more than plain workers";
}
