using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Configuration;
using ProxyGroups.Proxying.Access;
using ProxyGroups.Telemetry;
using ProxyGroups.Tests.Configuration;

namespace ProxyGroups.Tests.Proxying.Access;

public sealed class AccessLogTests : IHostEnvironment, ILogger<AccessLog>, IMeterFactory
{
    private readonly List<string> _told = [];
    private readonly SemaphoreSlim _tellings = new(0);

    public string EnvironmentName { get; set; } = "Production";

    public string ApplicationName { get; set; } = "tests";

    public string ContentRootPath { get; set; } = Directory.CreateTempSubdirectory("proxygroups-tests-").FullName;

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

    [Fact]
    public async Task What_finds_no_place_is_lost_and_counted_and_the_rest_is_written_at_the_stop()
    {
        using var fixture = new StoreFixture("""{ "ProxyGroups": { "AccessLog": { "Format": "common", "File": "log/access.log", "MaxSize": "1GiB" } } }""");
        var log = new AccessLog(fixture.Store, this, new FakeTimeProvider(), new ProxyGroupsMeter(this), this);
        Assert.True(log.IsOn);
        const int Sent = 80_000;
        Write(log, Sent);
        await log.StartAsync(TestContext.Current.CancellationToken);
        await log.StopAsync(TestContext.Current.CancellationToken);
        var file = new FileInfo(Path.Combine(ContentRootPath, "log", "access.log"));
        Assert.InRange(file.Length, WaitingLines.MostBytes - 200, WaitingLines.MostBytes);
        var lines = await File.ReadAllLinesAsync(file.FullName, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, lines.Length).Select(static number => $"\"GET /{number} HTTP/1.1\""), lines.Select(static line => line[line.IndexOf('"', StringComparison.Ordinal)..(line.LastIndexOf('"') + 1)]));
        log.Dispose();
        log.Dispose();
        Assert.Contains($"{Sent - lines.Length} lines were lost", Assert.Single(_told), StringComparison.Ordinal);
        Directory.Delete(ContentRootPath, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_lost_is_told_once_a_minute_and_at_the_stop()
    {
        using var fixture = new StoreFixture("""{ "ProxyGroups": { "AccessLog": { "Format": "common", "File": "access.log", "MaxSize": "1GiB" } } }""");
        using var log = new AccessLog(fixture.Store, this, new FakeTimeProvider(), new ProxyGroupsMeter(this), this);
        const int Sent = 80_000;
        Write(log, Sent);
        await log.StartAsync(TestContext.Current.CancellationToken);
        await _tellings.WaitAsync(TestContext.Current.CancellationToken);
        Write(log, Sent);
        await log.StopAsync(TestContext.Current.CancellationToken);
        var written = await File.ReadLinesAsync(Path.Combine(ContentRootPath, "access.log"), TestContext.Current.CancellationToken).LongCountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, _told.Count);
        Assert.Equal((2 * Sent) - written, _told.Sum(static line => long.Parse(line.Split(' ').First(static word => word.All(char.IsAsciiDigit)), CultureInfo.InvariantCulture)));
        Directory.Delete(ContentRootPath, recursive: true);
    }

    [Fact]
    public void Without_a_format_it_is_off()
    {
        using var fixture = new StoreFixture("{}");
        Assert.False(new AccessLog(fixture.Store, this, new FakeTimeProvider(), new ProxyGroupsMeter(this), this).IsOn);
        Directory.Delete(ContentRootPath);
    }

    private static void Write(AccessLog log, int lines)
    {
        for (var number = 0; number < lines; number++)
        {
            log.Write(Entry(number));
        }
    }

    internal static AccessEntry Entry(int number) => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Method = "GET",
        Target = $"/{number}",
        Protocol = "HTTP/1.1",
        Status = 200,
        Bytes = 1,
        Duration = TimeSpan.Zero,
        Queue = TimeSpan.Zero,
        Service = TimeSpan.Zero,
        Group = "shop",
        Tries = 1,
        Id = "1",
    };

    Meter IMeterFactory.Create(MeterOptions options) => new(options);

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _told.Add(formatter(state, exception));
        _tellings.Release();
    }
}
