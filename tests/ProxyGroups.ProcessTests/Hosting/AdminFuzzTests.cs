using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>
/// Requests that nobody would send, byte by byte over the socket: none ends the front door or changes a group. PROXYGROUPS_SEED=n plays n
/// again, PROXYGROUPS_LONG=1 sends 100,000.
/// </summary>
public sealed class AdminFuzzTests
{
    private const int Senders = 8;

    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "G\0T", "", "POSTPOSTPOSTPOSTPOSTPOSTPOST"];
    private static readonly string[] CommandPaths = ["/v1/groups/app/stop", "/v1/groups/app/restart", "/v1/groups/app/set?Threads=9", "/v1/reload", "/v1/workers/1/drain"];
    // None of these is a command, nor becomes one by a flipped byte.
    private static readonly string[] PathsForPost =
    [
        "/v1/status", "/v1/groups/app", "/v1/groups/app/", "/v1//groups/app/stop", "/v1/groups/nosuch/stop", "/v1/groups/app%2fstop", "/v1/groups/../reload/x", "/v1/groups/%00/stop",
        "/v1/groups/app/set", "/v1/groups/app/set?Threads=x-1", "/v1/groups/app/set?Threads=4&Threads=5", "/v1/groups/app/set?Worker:User=root", "/v1/groups/app/set?%00=%00", "/v1/groups/app/set?Queue=x", "/v1/groups/app/maintenance/maybe",
        "/v1/workers/0/drain", "/v1/workers/-1/drain", "/v1/workers/99999999999999999999/recycle", "/v1/events", "/v1/logs", "/v1/groups/app/logs?lines=x&after=-1", "*", "", "http://evil.example/v1/status", "//", "/v1/groups/" + new string('a', 20_000) + "/stop",
    ];

    private static readonly string[] Headers =
    [
        "Host: localhost", "Host: evil.example", "Host:", "Host: localhost\r\nHost: localhost", "Accept: application/json", "Accept: \0", "Origin: null", "Sec-Fetch-Site: cross-site", "Last-Event-ID: -1", "Last-Event-ID: 99999999999999999999999",
        "Content-Length: 5", "Content-Length: -5", "Content-Length: 99999999999", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3", "Expect: 100-continue", "Upgrade: websocket\r\nConnection: Upgrade", ": x", "X", "X: " + "y\u00ff\u0001",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task No_request_that_makes_no_sense_changes_anything()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        var group = site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!;
        await Alive.UntilAsync(() => group.State.HasReadyWorker, "it does not start");
        using var admin = AdminSocket.Of(site);
        var (before, newest) = (Look(group, site), await NewestAsync(admin));

        var seed = Environment.GetEnvironmentVariable("PROXYGROUPS_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var requests = Environment.GetEnvironmentVariable("PROXYGROUPS_LONG") == "1" ? 100_000 : 4_000;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => SendAsync(admin, new Random(seed + sender), requests / Senders)));

        Assert.True(before == Look(group, site), $"seed {seed}: {before} became {Look(group, site)}");
        Assert.True(newest == await NewestAsync(admin), $"seed {seed}: something happened");
        Assert.Equal("OK", (await site.Client.GetAsync("/app/pid", Token)).StatusCode.ToString());
    }

    private static (GroupPhase, int, int, bool, bool, ProcessGroupSettings) Look(ProcessGroup group, DropInSite site) => (
        group.State.Phase, group.GenerationsAsked, group.State.Workers.Single().Pid, group.Scheduler.Snapshot().IsPaused, group.Maintenance is null,
        site.Services.GetRequiredService<SettingsStore>().Current.Settings.ProcessGroups["app"]);

    private static async Task<long> NewestAsync(AdminSocket admin) => (await admin.GetAsync("/v1/status", Token)).GetProperty("newestEvent").GetInt64();

    private static async Task SendAsync(AdminSocket admin, Random random, int requests)
    {
        var answer = new byte[64 << 10];
        for (var number = 0; number < requests; number++)
        {
            using var socket = await admin.ConnectAsync(Token);
            try
            {
                await socket.SendAsync(Make(random), Token);
                socket.Shutdown(SocketShutdown.Send);
                while (await socket.ReceiveAsync(answer, Token) > 0)
                {
                    // To its end, whatever it is.
                }
            }
            catch (SocketException)
            {
                // It was cut off in the middle of its nonsense.
            }
        }
    }

    private static byte[] Make(Random random)
    {
        var (method, path) = random.Next(2) == 0 ? (Pick(random, Methods), Pick(random, [.. CommandPaths, .. PathsForPost])) : ("POST", Pick(random, PathsForPost));
        var headers = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Pick(random, Headers) + "\r\n").Prepend(random.Next(4) == 0 ? string.Empty : "Host: localhost\r\n"));
        var request = Encoding.Latin1.GetBytes($"{method} {path} HTTP/1.{random.Next(3)}\r\n{headers}\r\n{(random.Next(4) == 0 ? "5\r\nhello\r\n0\r\n\r\n" : string.Empty)}");
        for (var flips = random.Next(2) == 0 ? 0 : random.Next(5); flips > 0; flips--)
        {
            request[random.Next(request.Length)] = (byte)random.Next(256);
        }

        return random.Next(8) == 0 ? request[..random.Next(1, request.Length)] : request;
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
