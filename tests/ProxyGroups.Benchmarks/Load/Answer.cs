namespace ProxyGroups.Benchmarks.Load;

/// <summary>What a client got.</summary>
/// <param name="Status">0: nothing whole.</param>
/// <param name="HasBegun">A byte of an answer had come.</param>
/// <param name="GaveUp">The client's patience was over first.</param>
internal readonly record struct Answer(int Status, bool HasBegun, bool GaveUp)
{
    public bool IsGood => Status == 200;
}
