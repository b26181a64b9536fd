using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ProxyGroups.Host.Steering;

/// <summary>Speaks with a running front door over its admin socket, or at its AdminEndpoint.</summary>
internal sealed class FrontDoorClient : IDisposable
{
    // Of who waits for a name to be completed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly FrontDoorTarget _target;
    private readonly HttpClient _http;

    public FrontDoorClient(FrontDoorTarget target)
    {
        _target = target;
        _http = target.Remote is { } remote ? CreateFar(remote) : CreateNear(target);
    }

    /// <exception cref="SteeringException">Nobody answers.</exception>
    public Task<FrontDoorReply> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    /// <summary>Names of the groups that the caller may see; none where nobody answers soon.</summary>
    public IReadOnlyList<string> GetGroupNames()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/status");
        try
        {
            using var answer = _http.Send(request, patience.Token);
            using var body = new StreamReader(answer.Content.ReadAsStream(patience.Token));
            var reply = new FrontDoorReply(answer.IsSuccessStatusCode, body.ReadToEnd());
            return reply.IsTaken ? [.. reply.Read<FrontDoorStatus>().Groups.Select(static group => group.Name)] : [];
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            // A person who presses Tab wants no message.
            return [];
        }
    }

    /// <exception cref="SteeringException">Nobody answers.</exception>
    public Task<FrontDoorReply> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    /// <summary>Server-sent events, until the front door ends the stream.</summary>
    /// <exception cref="SteeringException">Nobody answers, or the caller may not.</exception>
    public async Task<Stream> FollowAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var answer = await TryAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken));
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsStreamAsync(cancellationToken)
            : throw new SteeringException(ExitCode.Refused, new FrontDoorReply(false, await answer.Content.ReadAsStringAsync(cancellationToken)).Refusal);
    }

    /// <summary>The answer as soon as its head has come; its body may go on for long.</summary>
    /// <exception cref="SteeringException">Nobody answers.</exception>
    public Task<HttpResponseMessage> RelayAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        TryAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken));

    public void Dispose() => _http.Dispose();

    private static HttpClient CreateNear(FrontDoorTarget target) => new(new SocketsHttpHandler { UseProxy = false, ConnectCallback = async (_, cancellationToken) => await ConnectAsync(target.FindSocket(), cancellationToken) })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // The token goes to the one that was named, and nowhere that it might lead to.
    private static HttpClient CreateFar(RemoteFrontDoor remote) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = remote.Address,
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { Authorization = remote.ReadToken() },
    };

    private Task<FrontDoorReply> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = await _http.SendAsync(request, cancellationToken);
        return new FrontDoorReply(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    });

    private async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException exception) when (Find<SteeringException>(exception) is { } known)
        {
            throw known;
        }
        catch (HttpRequestException exception) when (Find<SocketException>(exception) is { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new SteeringException(ExitCode.Refused, "This user may not reach the admin socket. Root and the front door's own user may: try sudo.");
        }
        catch (HttpRequestException exception) when (Find<AuthenticationException>(exception) is { } untrusted)
        {
            throw new SteeringException(ExitCode.Refused, $"The certificate of {_target.Remote?.Url} is not trusted: {untrusted.Message.TrimEnd('.')}. Add who has signed it to this machine's certificates, or take an SSH tunnel.");
        }
        catch (HttpRequestException exception)
        {
            throw _target.NotRunning($"The front door does not answer ({(exception.InnerException ?? exception).Message.TrimEnd('.')}).");
        }
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception => exception is null or T ? (T?)exception : Find<T>(exception.InnerException);

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
