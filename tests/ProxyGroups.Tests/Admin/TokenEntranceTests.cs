using System.Runtime.Versioning;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Admin.Api;
using ProxyGroups.Tests.Groups.Caps;

namespace ProxyGroups.Tests.Admin;

/// <summary>Who comes in by the token, under which names, and which files hold one.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TokenEntranceTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789ABCDEF";

    private readonly string _folder = Directory.CreateTempSubdirectory("proxygroups-token-").FullName;

    private string TokenFile => Path.Combine(_folder, "token");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("admin.example", null)]
    [InlineData("ADMIN.example:9443", null)]
    [InlineData("localhost:8000", null)]
    [InlineData("10.0.0.1", null)]
    [InlineData("[fe80::1]:9443", null)]
    [InlineData("", 421)]
    [InlineData("evil.example", 421)]
    [InlineData("10.0.0.1.evil.example", 421)]
    [InlineData("admin.example.evil.example", 421)]
    public void Names_of_others_lead_nowhere(string host, int? status)
    {
        var context = new DefaultHttpContext { Request = { Scheme = "https", Host = new HostString(host) } };
        Assert.Equal(status, AdminGuard.Check(context, Entrance())?.Status);
        context.Request.Headers.Origin = $"https://{host}";
        Assert.Equal(status, AdminGuard.Check(context, Entrance())?.Status);
        context.Request.Headers.Origin = $"http://{host}";
        Assert.Equal(status ?? 403, AdminGuard.Check(context, Entrance())?.Status);
    }

    [Theory]
    [InlineData($"Bearer {Secret}", true)]
    [InlineData($"bearer {Secret}", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData(Secret, false)]
    [InlineData($"Basic {Secret}", false)]
    [InlineData($"Bearer {Secret} ", false)]
    [InlineData($"Bearer {Secret}0", false)]
    [InlineData("Bearer 0123456789abcdef0123456789ABCDE", false)]
    [InlineData("Bearer 0123456789ABCDEF0123456789ABCDEF", false)]
    public void The_token_opens_and_nothing_like_it_does(string? header, bool opens)
    {
        var context = new DefaultHttpContext();
        if (header is not null)
        {
            context.Request.Headers.Authorization = header;
        }

        Assert.Equal(opens, Entrance().Identify(context)?.MayAll is true);
        context.Request.Headers.Authorization = new([header, header]);
        Assert.Null(Entrance().Identify(context));
    }

    [Theory]
    [InlineData(Secret, 0b110_000_000, true)]
    [InlineData(Secret + "\n", 0b100_000_000, true)]
    [InlineData(Secret, 0b110_100_000, false)]
    [InlineData(Secret, 0b110_000_100, false)]
    [InlineData(Secret, 0b110_010_000, false)]
    [InlineData("0123456789abcdef0123456789ABCDE", 0b110_000_000, false)]
    [InlineData(Secret + " " + Secret, 0b110_000_000, false)]
    [InlineData(Secret + "\n" + Secret, 0b110_000_000, false)]
    [InlineData(Secret + "é", 0b110_000_000, false)]
    [InlineData("", 0b110_000_000, false)]
    public void A_file_is_a_token_only_if_nobody_else_can_read_it_and_it_is_long_enough(string text, int mode, bool isOne)
    {
        File.WriteAllText(TokenFile, text);
        File.SetUnixFileMode(TokenFile, (UnixFileMode)mode);
        var failure = Record.Exception(() => AdminToken.Read(TokenFile).Dispose());
        Assert.Equal(isOne, failure is null);
        Assert.True(isOne || failure is IOException or UnauthorizedAccessException, $"{failure}");
        Assert.DoesNotContain("0123456789", $"{failure}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_or_nothing_is_no_token()
    {
        Assert.Throws<IOException>(() => AdminToken.Read(_folder));
        Assert.Throws<IOException>(() => AdminToken.Read(Path.Combine(_folder, "nothing")));
    }

    [Fact]
    public void Wrong_tokens_are_told_every_ten_seconds_also_when_the_clock_is_set_back()
    {
        var (time, log) = (new SettableClock(), new LogMessages());
        var entrance = Entrance(time, log);
        var context = new DefaultHttpContext { Request = { Headers = { Authorization = "Bearer wrong" } } };
        entrance.Identify(context);
        time.Ahead = TimeSpan.FromDays(-365);
        entrance.Identify(context);
        Assert.Single(log.All);
        time.Advance(TimeSpan.FromSeconds(10));
        entrance.Identify(context);
        Assert.Equal(2, log.All.Count);
    }

    private TokenEntrance Entrance() => Entrance(TimeProvider.System, NullLogger.Instance);

    private TokenEntrance Entrance(TimeProvider time, ILogger logger)
    {
        File.WriteAllText(TokenFile, Secret);
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new TokenEntrance("admin.example", AdminToken.Read(TokenFile), time, logger);
    }
}
