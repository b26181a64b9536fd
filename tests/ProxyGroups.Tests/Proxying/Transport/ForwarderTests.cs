using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Proxying;
using Xunit;
using Yarp.ReverseProxy.Forwarder;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>The real forwarder in a real Kestrel; both ends of the way are raw sockets.</summary>
public sealed class ForwarderTests : IAsyncDisposable
{
    private readonly TransportBench _bench = new(time: TimeProvider.System);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgf");
    private readonly TaskCompletionSource<ForwarderError> _error = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _app;
    private TrackedExchange? _exchange;

    public ForwarderTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ListenUnixSocket(Path.Combine(_directory.FullName, "f"));
            options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.Run(ForwardAsync);
    }

    [Fact]
    public async Task Header_bytes_and_a_body_pass_both_ways()
    {
        using var client = await StartAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a.example\r\nX-In: caf\u00e9\r\nContent-Length: 5\r\n\r\nhello");
        using var worker = await _bench.Worker.AcceptAsync(Ct);
        Assert.Contains("X-In: caf\u00e9\r\n", await worker.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal("hello", await worker.ReadAsync(5));
        await worker.SendAsync("HTTP/1.1 201 Made it\r\nX-Out: caf\u00e9\r\nContent-Length: 5\r\n\r\nworld");
        var head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 201 Made it\r\n", head, StringComparison.Ordinal);
        Assert.Contains("X-Out: caf\u00e9\r\n", head, StringComparison.Ordinal);
        Assert.Equal("world", await client.ReadAsync(5));
        Assert.Equal((ForwarderError.None, 1), (await _error.Task, _exchange!.DoneCount));
    }

    [Theory]
    [InlineData("Content-Length: 3\r\n\r\nbig", "big")]
    [InlineData("Content-Length: 0\r\n\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nbig\r\n0\r\n\r\n", "3\r\nbig\r\n0\r\n\r\n")]
    public async Task A_413_during_the_upload_reaches_a_client_that_just_waits(string rest, string seen)
    {
        using var client = await StartAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n" + new string('x', 100_000));
        using var worker = await _bench.Worker.AcceptAsync(Ct);
        await worker.ReadHeadAsync();
        await worker.SendAsync("HTTP/1.1 413 Content Too Large\r\n" + rest);
        Assert.StartsWith("HTTP/1.1 413 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(seen, await client.ReadAsync(seen.Length));
        await _error.Task;
        Assert.Equal((1, ExchangeFault.None, true), (_exchange!.DoneCount, _exchange.Fault, _exchange.Exchange.HeadReceived));
    }

    [Fact]
    public async Task A_worker_that_dies_is_one_send_and_a_502()
    {
        using var client = await StartAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        using (var worker = await _bench.Worker.AcceptAsync(Ct))
        {
            await worker.ReadHeadAsync();
        }

        Assert.StartsWith("HTTP/1.1 502 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal((ForwarderError.Request, ExchangeFault.ClosedBeforeHead), (await _error.Task, _exchange!.Fault));
    }

    [Fact]
    public async Task A_body_cut_off_cuts_the_client_off()
    {
        using var client = await StartAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        using (var worker = await _bench.Worker.AcceptAsync(Ct))
        {
            await worker.ReadHeadAsync();
            await worker.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            await client.ReadUntilAsync("hello\r\n");
        }

        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal((ForwarderError.ResponseBodyDestination, ExchangeFault.BodyCutOff), (await _error.Task, _exchange!.Fault));
    }

    [Fact]
    public async Task A_client_that_leaves_does_not_free_the_slot_before_the_worker_is_done()
    {
        using var client = await StartAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        using var worker = await _bench.Worker.AcceptAsync(Ct);
        await worker.ReadHeadAsync();
        client.Dispose();
        Assert.Equal(ForwarderError.RequestCanceled, await _error.Task);
        Assert.False(_exchange!.IsDone);
        await worker.AnswerAsync("late");
        await _exchange.DoneAsync();
    }

    [Fact]
    public async Task A_client_that_breaks_off_its_upload_ends_the_workers_wait()
    {
        using var client = await StartAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome");
        using var worker = await _bench.Worker.AcceptAsync(Ct);
        await worker.ReadUntilAsync("some");
        client.Dispose();
        Assert.Equal("", await worker.ReadToEndAsync());
        worker.Dispose();
        await _exchange!.DoneAsync();
        Assert.Equal(1, _exchange.DoneCount);
    }

    [Fact]
    public async Task A_WebSocket_handshake_opens_a_tunnel()
    {
        using var client = await StartAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n");
        using var worker = await _bench.Worker.AcceptAsync(Ct);
        Assert.Contains("Connection: Upgrade\r\n", await worker.ReadHeadAsync(), StringComparison.Ordinal);
        await worker.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync("ping");
        Assert.Equal("ping", await worker.ReadAsync(4));
        await worker.SendAsync("pong");
        Assert.Equal("pong", await client.ReadAsync(4));
        Assert.False(_exchange!.IsDone);
        worker.Dispose();
        await _exchange.DoneAsync();
        Assert.Equal(1, _exchange.DoneCount);
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<FakeConnection> StartAsync()
    {
        await _app.StartAsync(Ct);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory.FullName, "f")), Ct);
        return new FakeConnection(socket);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        _exchange = _bench.Begin();
        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        var error = await forwarder.SendAsync(
            context, "http://worker", _exchange.Exchange, new ForwarderRequestConfig(), HttpTransformer.Empty, _exchange.Exchange.UploadUnwanted);
        _error.TrySetResult(error);
    }
}
