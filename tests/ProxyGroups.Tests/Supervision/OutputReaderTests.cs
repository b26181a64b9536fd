using System.Text;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision;

/// <summary>A worker's output as text, whatever the bytes are and however they come.</summary>
public sealed class OutputReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public async Task What_comes_in_pieces_is_read_whole(int piece)
    {
        var text = string.Concat(Enumerable.Range(0, 700).Select(static number => $"{number} ä€😀\n"));
        Assert.Equal(text, await ReadAsync(Encoding.UTF8.GetBytes(text), piece));
    }

    [Fact]
    public async Task What_looks_like_another_encoding_is_read_as_ours() =>
        Assert.Equal("\ufffd\ufffda", await ReadAsync([0xFF, 0xFE, (byte)'a'], 3));

    [Fact]
    public async Task A_character_that_nobody_ends_is_told_as_such() =>
        Assert.Equal("a\ufffd", await ReadAsync([(byte)'a', 0xE2, 0x82], 1));

    private static async Task<string> ReadAsync(byte[] bytes, int piece)
    {
        var (reader, text) = (new OutputReader(new Pieces(bytes, piece)), new StringBuilder());
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { Length: > 0 } next)
        {
            text.Append(next);
        }

        return text.ToString();
    }

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class Pieces(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
    }
}
