using System.Net;

namespace ProxyGroups.Proxying.Transport;

/// <summary>A response's content headers and its body. Disposing it, even unread, says that nobody wants the rest.</summary>
internal sealed class WorkerContent : HttpContent
{
    public Stream Body { get; set; } = Stream.Null;

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(Body);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Task.FromResult(Body);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Body.CopyToAsync(stream);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Body.CopyToAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        Body.Dispose();
        base.Dispose(disposing);
    }
}
