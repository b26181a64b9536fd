using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace ProxyGroups.Proxying.Access;

/// <summary>Counts the bytes of a response's body on their way to the client; everything else is as before. One request.</summary>
internal sealed class ResponseMeter(IHttpResponseBodyFeature inner) : Stream, IHttpResponseBodyFeature
{
    public long Bytes { get; private set; }

    /// <summary>In front of the body that is there; null: there is none.</summary>
    public static ResponseMeter? PutInto(IFeatureCollection features)
    {
        var meter = features.Get<IHttpResponseBodyFeature>() is { } body ? new ResponseMeter(body) : null;
        features.Set<IHttpResponseBodyFeature>(meter);
        return meter;
    }

    Stream IHttpResponseBodyFeature.Stream => this;

    /// <summary>Not counted: neither the forwarder nor our own answers use it.</summary>
    public PipeWriter Writer => inner.Writer;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        inner.SendFileAsync(path, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var writing = inner.Stream.WriteAsync(buffer, cancellationToken);
        if (!writing.IsCompletedSuccessfully)
        {
            return CountAsync(writing, buffer.Length);
        }

        Bytes += buffer.Length;
        return writing;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        inner.Stream.Write(buffer, offset, count);
        Bytes += count;
    }

    public override void Flush() => inner.Stream.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.Stream.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask CountAsync(ValueTask writing, int length)
    {
        await writing;
        Bytes += length;
    }
}
