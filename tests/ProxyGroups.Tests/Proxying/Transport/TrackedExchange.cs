using System.Text;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Transport;
using Xunit;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>An exchange that counts its worker-done.</summary>
internal sealed class TrackedExchange
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _doneCount;

    public TrackedExchange(HttpWorkerTransport transport, int slot) => Exchange = transport.BeginExchange(slot, OnDone);

    public WorkerExchange Exchange { get; }

    public bool IsDone => _done.Task.IsCompleted;

    public int DoneCount => Volatile.Read(ref _doneCount);

    public ExchangeFault Fault => Exchange.Fault;

    public Task<HttpResponseMessage> Send(HttpRequestMessage request) => SendAsync(request, CancellationToken.None);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        Exchange.SendAsync(request, ct).WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Task DoneAsync() => _done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>The request must fail; checks the fault and that the worker is done exactly once.</summary>
    public async Task<HttpRequestException> FailsAsync(Task<HttpResponseMessage> sending, ExchangeFault fault)
    {
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        await DoneAsync();
        Assert.Equal(fault, Fault);
        Assert.NotEqual("", Exchange.FaultDetail);
        Assert.Equal(1, DoneCount);
        return failure;
    }

    public static async Task<string> BodyAsync(HttpResponseMessage response)
    {
        using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(copy.ToArray());
    }

    private void OnDone(WorkerExchange exchange)
    {
        Interlocked.Increment(ref _doneCount);
        _done.TrySetResult();
    }
}
