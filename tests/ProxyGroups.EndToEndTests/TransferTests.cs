using System.Globalization;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Bodies of a gibibyte pass in either direction, and nobody holds them.</summary>
public sealed class TransferTests
{
    private const long Gibibyte = 1L << 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gibibyte_is_uploaded_in_constant_memory(bool isChunked)
    {
        await using var frontDoor = await StartAsync();
        var worker = (await frontDoor.PidsAsync("app", Token)).Single();
        var before = (FrontDoor: PeakMiB(frontDoor.Pid), Worker: PeakMiB(worker));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/app/read") { Content = new Zeros(Gibibyte) };
        request.Headers.TransferEncodingChunked = isChunked;
        using var answer = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal($"{Gibibyte}", await answer.Content.ReadAsStringAsync(Token));
        AssertSmall(before, (PeakMiB(frontDoor.Pid), PeakMiB(worker)));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_gibibyte_is_downloaded_in_constant_memory()
    {
        await using var frontDoor = await StartAsync();
        var worker = (await frontDoor.PidsAsync("app", Token)).Single();
        var before = (FrontDoor: PeakMiB(frontDoor.Pid), Worker: PeakMiB(worker));
        using var answer = await frontDoor.Client.GetAsync($"/app/bytes?{Gibibyte}", HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        var (total, buffer) = (0L, new byte[1 << 20]);
        while (await body.ReadAsync(buffer, Token) is var count and > 0)
        {
            total += count;
        }

        Assert.Equal(Gibibyte, total);
        AssertSmall(before, (PeakMiB(frontDoor.Pid), PeakMiB(worker)));
    }

    private static async Task<FrontDoorProcess> StartAsync()
    {
        var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python, MaxRequestBody = "2GiB" })));
        await frontDoor.WaitForReadyAsync();
        await frontDoor.Client.GetStringAsync("/app/pid", Token);
        return frontDoor;
    }

    private static void AssertSmall((int FrontDoor, int Worker) before, (int FrontDoor, int Worker) after)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"peak MiB before {before}, after {after}");
        Assert.InRange(after.FrontDoor - before.FrontDoor, 0, 100);
        Assert.InRange(after.Worker - before.Worker, 0, 20);
    }

    private static int PeakMiB(int pid) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").Single(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) / 1024;

    private sealed class Zeros(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var part = new byte[1 << 20];
            for (var sent = 0L; sent < length; sent += part.Length)
            {
                await stream.WriteAsync(part);
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
