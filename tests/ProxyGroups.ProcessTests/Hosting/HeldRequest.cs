using System.Net;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>A request under way, whose client may leave.</summary>
internal sealed class HeldRequest
{
    private readonly CancellationTokenSource _leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task<HttpResponseMessage> _answer;

    private HeldRequest(HttpClient client, string path) => _answer = client.GetAsync(path, _leave.Token);

    public bool IsCompleted => _answer.IsCompleted;

    public static HeldRequest Send(HttpClient client, string path) => new(client, path);

    public async Task LeaveAsync()
    {
        await _leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _answer);
    }

    public async Task<HttpStatusCode> StatusAsync()
    {
        using var answer = await _answer;
        return answer.StatusCode;
    }

    public async Task<string> TextAsync()
    {
        using var answer = await _answer;
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
