using System.Net;
using System.Threading.Channels;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>A request body that comes when the test says so. Like YARP's content it flushes first and notes a failed write.</summary>
internal sealed class ClientBody : HttpContent
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<Exception> _writeFailure = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClientBody(long? length = null) => Headers.ContentLength = length;

    public Task<Exception> WriteFailure => _writeFailure.Task;

    public CancellationToken Token { get; private set; }

    public void Send(byte[] piece) => _pieces.Writer.TryWrite(piece);

    public void Send(string piece) => Send(System.Text.Encoding.Latin1.GetBytes(piece));

    public void End() => _pieces.Writer.TryComplete();

    public void Fail(Exception failure) => _pieces.Writer.TryComplete(failure);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        await stream.FlushAsync(cancellationToken);
        await foreach (var piece in _pieces.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await stream.WriteAsync(piece, cancellationToken);
            }
            catch (Exception e)
            {
                _writeFailure.TrySetResult(e);
                return;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
