using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Where requests run on the threads that wait for the sockets, nobody can keep such a thread for itself.</summary>
public sealed class SocketThreadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("/nowhere")]
    [InlineData("/full/")]
    public async Task Clients_that_ask_without_end_for_what_is_refused_at_once_keep_nobody_waiting(string path)
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(
            ("app", new { Command = TestApps.RawWorker, Processes = 1, Threads = 4 }),
            ("full", new { Command = TestApps.RawWorker, Processes = 1, Threads = 1, Queue = new { Limit = 0 } })));
        await frontDoor.WaitForReadyAsync(2);
        using var holder = await RawClient.ConnectAsync(frontDoor.Address, Token);
        await holder.SendAsync("GET /full/ HTTP/1.1\r\nHost: a\r\nX-Verb: hang\r\n\r\n", Token);
        await frontDoor.WaitForSlotsAsync("full", busy: 1, Token);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var flood = new RefusedFlood(frontDoor.Address, path);
        var floods = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => flood.RunAsync(end.Token)).ToArray();
        await flood.AllAnswered(floods.Length).WaitAsync(Token);
        for (var client = 0; client < 2 * Environment.ProcessorCount; client++)
        {
            var answer = await RawClient.AskAsync(frontDoor.Address, "GET /app/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Token);
            Assert.Equal(200, answer.Status);
        }

        await end.CancelAsync();
        await Task.WhenAll(floods);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task There_is_one_socket_loop_per_core_unless_the_settings_say_none(bool loops)
    {
        var site = Site.Of(("app", new { Command = TestApps.RawWorker }));
        site["FrontDoor"] = new JsonObject { ["SocketLoops"] = loops };
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        using var answer = await frontDoor.Client.GetAsync("/app/", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var threads = Directory.GetDirectories($"/proc/{frontDoor.Pid}/task").Count(static task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("PG sockets", StringComparison.Ordinal));
        Assert.Equal(loops ? Environment.ProcessorCount : 0, threads);
    }

    /// <summary>Pipelined requests, as many as are taken; the answers are thrown away.</summary>
    private sealed class RefusedFlood(Uri address, string path) : IDisposable
    {
        private readonly byte[] _requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n", 2000)));
        private readonly SemaphoreSlim _answered = new(0);

        public async Task AllAnswered(int clients)
        {
            for (var client = 0; client < clients; client++)
            {
                await _answered.WaitAsync();
            }
        }

        public async Task RunAsync(CancellationToken end)
        {
            using var client = await RawClient.ConnectAsync(address, end);
            try
            {
                await Task.WhenAll(Task.Run(() => SendAsync(client, end), end), Task.Run(() => ReceiveAsync(client, end), end));
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // Enough.
            }
        }

        public void Dispose() => _answered.Dispose();

        private async Task SendAsync(RawClient client, CancellationToken end)
        {
            while (true)
            {
                await client.SendAsync(_requests, end);
            }
        }

        private async Task ReceiveAsync(RawClient client, CancellationToken end)
        {
            await client.ReceiveSomeAsync(end);
            _answered.Release();
            while (true)
            {
                await client.ReceiveSomeAsync(end);
            }
        }
    }
}
