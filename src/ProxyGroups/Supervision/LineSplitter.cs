using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>Cuts a stream of characters into lines of limited length; what exceeds the limit of a line is dropped. One reader.</summary>
internal sealed class LineSplitter(int maxLength)
{
    private const string Cut = " [cut]";

    private readonly StringBuilder _line = new();
    private bool _isCut;
    private int _cut;

    public void Feed(ReadOnlySpan<char> text, Action<string> take)
    {
        while (text.IndexOf('\n') is var end and >= 0)
        {
            Append(text[..end]);
            Flush(take);
            text = text[(end + 1)..];
        }

        Append(text);
    }

    /// <summary>Hands over the last line if it came without a line end.</summary>
    public void Complete(Action<string> take)
    {
        if (_line.Length > 0)
        {
            Flush(take);
        }
    }

    /// <summary>Characters that were dropped since the last call.</summary>
    public int TakeCut()
    {
        var cut = _cut;
        _cut = 0;
        return cut;
    }

    private void Append(ReadOnlySpan<char> part)
    {
        var room = maxLength - _line.Length;
        var taken = Math.Min(part.Length, room);
        _isCut |= part.Length > taken;
        _cut += part.Length - taken;
        _line.Append(part[..taken]);
    }

    private void Flush(Action<string> take)
    {
        var line = _line.ToString().TrimEnd('\r');
        take(_isCut ? line + Cut : line);
        _line.Clear();
        _isCut = false;
    }
}
