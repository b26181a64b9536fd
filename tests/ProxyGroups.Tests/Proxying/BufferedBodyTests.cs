using Microsoft.AspNetCore.Http;
using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class BufferedBodyTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    //          body   limit  length known  held
    [InlineData(0, 65536, true, true)]
    [InlineData(1, 65536, true, true)]
    [InlineData(65536, 65536, true, true)]
    [InlineData(65537, 65536, true, false)]
    [InlineData(10_000, 65536, false, true)]
    [InlineData(65536, 65536, false, false)]
    [InlineData(200_000, 65536, false, false)]
    [InlineData(10, 0, true, false)]
    public async Task Every_byte_comes_through_and_a_held_body_comes_again(int size, int limit, bool isLengthKnown, bool isHeld)
    {
        var bytes = Enumerable.Range(0, size).Select(static number => (byte)(number * 31)).ToArray();
        var request = new DefaultHttpContext().Request;
        request.Body = new Drip(bytes);
        request.ContentLength = isLengthKnown ? size : null;

        using var body = await BufferedBody.ReadAsync(request, limit, Token);
        Assert.True(body.CanRepeat);
        Assert.Equal(bytes, await ReadAsync(body));
        Assert.Equal(isHeld || size == 0, body.CanRepeat);
        if (body.CanRepeat)
        {
            body.Rewind();
            Assert.Equal(bytes, await ReadAsync(body));
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    /// <summary>A client whose bytes come in small, uneven pieces.</summary>
    private sealed class Drip(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (int)(Position % 977))], cancellationToken);
    }
}
