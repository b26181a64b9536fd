using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>
/// Reads a worker's output as UTF-8 whatever it is. .NET's own reader trusts a byte order mark: a worker whose first
/// bytes look like one would have all its output read as UTF-16. One reader.
/// </summary>
internal sealed class OutputReader(Stream pipe)
{
    // Every worker that runs has two, and most write little: whoever fills it gets more for good.
    private const int LeastBytes = 256;
    private const int UsualBytes = 1024;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _bytes = new byte[LeastBytes];
    private char[] _text = new char[Encoding.UTF8.GetMaxCharCount(LeastBytes)];

    /// <summary>What comes next, until the next read; nothing: the stream has ended.</summary>
    public async ValueTask<ReadOnlyMemory<char>> ReadAsync(CancellationToken cancellationToken)
    {
        while (await pipe.ReadAsync(_bytes, cancellationToken) is var count and > 0)
        {
            var length = _decoder.GetChars(_bytes, 0, count, _text, 0);
            var text = _text.AsMemory(0, length);
            GrowIfFilled(count);
            // The rest of a character may have yet to come.
            if (length > 0)
            {
                return text;
            }
        }

        // A character that was begun, and that nobody ends.
        return _text.AsMemory(0, _decoder.GetChars([], 0, 0, _text, 0, flush: true));
    }

    private void GrowIfFilled(int count)
    {
        if (count == LeastBytes && _bytes.Length == LeastBytes)
        {
            (_bytes, _text) = (new byte[UsualBytes], new char[Encoding.UTF8.GetMaxCharCount(UsualBytes)]);
        }
    }
}
