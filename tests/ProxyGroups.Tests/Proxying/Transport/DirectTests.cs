using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Transport;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;
using static ProxyGroups.Tests.Proxying.Transport.TransportBench;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>Requests without a body that need no HttpRequestMessage, and their answers.</summary>
public sealed class DirectTests
{
    [Fact]
    public async Task A_request_goes_as_it_came_with_our_fields_instead_of_the_clients()
    {
        using var bench = new TransportBench();
        var context = Context("/a%2Fb//?q=%zz#"[..^1]);
        context.Request.Headers.Append("X-A", new(["1", "2"]));
        // HTTP/2 clients may send any of these names: Kestrel looks for upper case only.
        context.Request.Headers.Append("x-b: 1\r\nx-forwarded-for", "6.6.6.6");
        context.Request.Headers.Append("x-b: 1\r\n\r\nget /smuggled", "HTTP/1.1");
        context.Request.Headers.Append("transfer-encoding ", "chunked");
        context.Request.Headers.Append("transfer-encoding\v", "chunked");
        context.Request.Headers.Append("x-b:c", "1");
        context.Request.Headers.Append("X-Forwarded-For", "6.6.6.6");
        context.Request.Headers.Append("X_Forwarded_For", "6.6.6.6");
        context.Request.Headers.Append("Proxy-Authorization", "secret");
        context.Request.Headers.Append("Connection", new(["keep-alive, X-Hop", "x-request-id,host"]));
        context.Request.Headers.Append("x-hop", "1");
        context.Request.Headers.Append("X-Request-Id", "not ours");
        context.Request.Headers.Append("X-Real-IP", "6.6.6.6");
        context.Request.Headers.Append("TE", "trailers");
        context.Request.Headers.Append("Content-Length", "0");
        var exchange = bench.Begin();
        var sending = exchange.Exchange.SendDirectAsync(Direct(context), Ct);
        using var worker = await bench.Worker.AcceptAsync(Ct);
        var head = await worker.ReadHeadAsync();
        await worker.AnswerAsync("");
        await sending;
        exchange.Exchange.Abandon();
        Assert.Equal(
            "GET /a%2Fb//?q=%zz HTTP/1.1\r\nHost: shop.example\r\nX-A: 1\r\nX-A: 2\r\nX-Forwarded-For: unknown\r\nX-Forwarded-Proto: http\r\n"
            + "X-Forwarded-Host: shop.example\r\nX-Request-Id: id-1\r\nContent-Length: 0\r\n\r\n",
            head);
    }

    [Fact]
    public async Task An_answer_in_one_piece_is_taken_whole_and_the_worker_is_done_by_then()
    {
        using var bench = new TransportBench();
        var (exchange, connection) = await AskAsync(bench, "HTTP/1.1 201 Made it\r\nX-A: 1\r\nx-a: 2\r\nX-Hop: 1\r\nConnection: close, x-hop\r\nAlt-Svc: h3\r\nContent-Length: 5\r\n\r\nhello");
        using var _ = connection;
        var response = new DefaultHttpContext().Response;
        Assert.Equal((true, "hello"), Take(exchange, response));
        Assert.Equal(1, exchange.DoneCount);
        Assert.Equal((201, "Made it", 5L), (response.StatusCode, response.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase, response.ContentLength));
        Assert.Equal(["1", "2"], response.Headers["X-A"].ToArray());
        Assert.False(response.Headers.ContainsKey("Connection") || response.Headers.ContainsKey("Alt-Svc") || response.Headers.ContainsKey("X-Hop"));
        exchange.Exchange.Abandon();
        Assert.Equal((1, ""), (exchange.DoneCount, await connection.ReadToEndAsync()));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "lo")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    public async Task An_answer_of_which_more_is_to_come_is_left_to_the_forwarder(string first, string rest)
    {
        using var bench = new TransportBench();
        var (exchange, connection) = await AskAsync(bench, first);
        using var _ = connection;
        var response = new DefaultHttpContext().Response;
        Assert.Equal((false, ""), Take(exchange, response));
        Assert.Empty(response.Headers);
        using var message = await exchange.Send(Get());
        await connection.SendAsync(rest);
        Assert.Equal("hello", await TrackedExchange.BodyAsync(message));
        await exchange.DoneAsync();
        exchange.Exchange.Abandon();
        Assert.Equal(1, exchange.DoneCount);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n")]
    public async Task An_answer_that_nobody_takes_is_dropped_and_the_connection_serves_on(string answer)
    {
        using var bench = new TransportBench();
        var (exchange, connection) = await AskAsync(bench, answer);
        using var _ = connection;
        exchange.Exchange.Abandon();
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
        var next = bench.Begin();
        var sending = next.Exchange.SendDirectAsync(Direct(Context("/")), Ct);
        await connection.ReadHeadAsync();
        await connection.AnswerAsync("x");
        await sending;
        Assert.Equal((true, "x"), Take(next, new DefaultHttpContext().Response));
        Assert.True(next.Exchange.ReusedConnection);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_wait_only_and_the_slot_is_free_when_the_worker_is_done()
    {
        using var bench = new TransportBench();
        using var leaving = new CancellationTokenSource();
        var exchange = bench.Begin();
        var sending = exchange.Exchange.SendDirectAsync(Direct(Context("/")), leaving.Token).AsTask();
        using var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        exchange.Exchange.Abandon();
        Assert.False(exchange.IsDone);
        await connection.AnswerAsync("late");
        await exchange.DoneAsync();
        Assert.Equal((1, ExchangeFault.None), (exchange.DoneCount, exchange.Fault));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", nameof(ExchangeFault.MalformedHead))]
    [InlineData("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", nameof(ExchangeFault.MalformedHead))]
    [InlineData("HTTP/1.1 200", nameof(ExchangeFault.ClosedInHead))]
    [InlineData("", nameof(ExchangeFault.ClosedBeforeHead))]
    public async Task A_worker_that_breaks_off_is_told_by_its_fault(string answer, string fault)
    {
        using var bench = new TransportBench();
        var exchange = bench.Begin();
        var sending = exchange.Exchange.SendDirectAsync(Direct(Context("/")), Ct).AsTask();
        using (var connection = await bench.Worker.AcceptAsync(Ct))
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(answer);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        await exchange.DoneAsync();
        exchange.Exchange.Abandon();
        Assert.Equal((fault, 1), ($"{exchange.Fault}", exchange.DoneCount));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("http://elsewhere/x")]
    [InlineData("")]
    [InlineData("/x\\y")]
    public void A_target_in_another_form_is_left_to_the_forwarder(string target) =>
        Assert.False(DirectRequest.TryCreate(Context(target), Route(), out _));

    [Fact]
    public void A_path_that_a_middleware_has_rewritten_is_left_to_the_forwarder()
    {
        var context = Context("/old");
        context.Request.Path = "/new";
        Assert.False(DirectRequest.TryCreate(context, Route(), out _));
    }

    [Theory]
    [InlineData("HEAD", true)]
    [InlineData("head", false)]
    public void A_method_is_the_one_that_the_client_wrote(string method, bool isHead)
    {
        var context = Context("/");
        context.Request.Method = method;
        Assert.Equal((method, isHead), (Direct(context).Method, Direct(context).IsHead));
    }

    [Theory]
    [InlineData("/blog/%62", "/blog/b", "/%62")]
    [InlineData("/%62log", "/blog", "/")]
    [InlineData("/other", "/other", "/other")]
    public void The_prefix_of_the_route_is_taken_off(string target, string path, string left)
    {
        var context = Context(target);
        Assert.Equal(path, context.Request.Path);
        Assert.True(DirectRequest.TryCreate(context, Route(new Dictionary<string, string> { ["PathRemovePrefix"] = "blog" }), out var request));
        Assert.Equal(left, request.Path);
        Assert.Equal(left != path, request.Added.Contains(("X-Forwarded-Prefix", "/blog")));
    }

    private static async Task<(TrackedExchange Exchange, FakeConnection Connection)> AskAsync(TransportBench bench, string answer)
    {
        var exchange = bench.Begin();
        var sending = exchange.Exchange.SendDirectAsync(Direct(Context("/")), Ct);
        var connection = await bench.Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
        await sending;
        return (exchange, connection);
    }

    private static (bool IsWhole, string Body) Take(TrackedExchange exchange, HttpResponse response)
    {
        var isWhole = exchange.Exchange.TryTakeWhole(response, out var body);
        var text = Encoding.Latin1.GetString(body);
        if (body.Array is { } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        return (isWhole, text);
    }

    private static DefaultHttpContext Context(string target)
    {
        var context = new DefaultHttpContext { TraceIdentifier = "id-1" };
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        (context.Request.Method, context.Request.Scheme, context.Request.Host) = ("GET", "http", new HostString("shop.example"));
        context.Request.QueryString = new QueryString(query < 0 ? "" : target[query..]);
        context.Request.Path = target.StartsWith('/') ? PathString.FromUriComponent(query < 0 ? target : target[..query]) : PathString.Empty;
        return context;
    }

    private static DirectRequest Direct(HttpContext context) => DirectRequest.TryCreate(context, Route(), out var request) ? request : throw new ArgumentException("not direct");

    private static DirectRoute Route(params Dictionary<string, string>[] transforms) =>
        new(new TransformBuilderContext { Services = null!, Route = new RouteConfig { Transforms = transforms } });
}
