namespace ProxyGroups.Supervision;

/// <summary>The last lines of one group, bounded by their number and by their size. Not thread-safe.</summary>
internal sealed class LineRing
{
    /// <summary>Lines kept of a group.</summary>
    public const int MostLines = 1000;

    /// <summary>Characters kept of a group: a quarter of a MiB of memory.</summary>
    public const int MostCharacters = 128 << 10;

    private readonly Queue<KeptLine> _lines = new();
    private int _characters;

    public IReadOnlyCollection<KeptLine> Lines => _lines;

    public void Add(KeptLine line)
    {
        _lines.Enqueue(line);
        _characters += line.Text.Length;
        while (_lines.Count > MostLines || _characters > MostCharacters)
        {
            _characters -= _lines.Dequeue().Text.Length;
        }
    }
}
