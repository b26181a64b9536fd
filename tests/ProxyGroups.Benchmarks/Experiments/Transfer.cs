using System.Net;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>1 GiB in, 1 GiB out: neither the front door nor the worker holds it.</summary>
internal static class Transfer
{
    private const int Blocks = 16 * 1024;
    private const long Total = Blocks * 65536L;
    private const double GrowthLimit = 60;

    public static async Task RunAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(
            new
            {
                Directory = BenchFrontDoor.Apps,
                Wsgi = "bench:application",
                MaxRequestBody = "2GiB",
            },
            workers: 1);
        var worker = (await door.StateAsync()).Workers[0].Pid;
        await UploadAsync(door.Client, 256);
        await MeasureAsync(report, "upload", door.Pid, worker, () => UploadAsync(door.Client, Blocks));
        await MeasureAsync(report, "download, Content-Length", door.Pid, worker, () => DownloadAsync(door.Client, $"/source?blocks={Blocks}"));
        await MeasureAsync(report, "download, chunked", door.Pid, worker, () => DownloadAsync(door.Client, $"/source?blocks={Blocks}&chunked=1"));
    }

    private static async Task MeasureAsync(Report report, string what, int door, int worker, Func<Task> transfer)
    {
        var (doorBefore, workerBefore) = (ProcessFigures.ResidentMegabytes(door), ProcessFigures.ResidentMegabytes(worker));
        var (doorMost, workerMost) = (doorBefore, workerBefore);
        var start = TimeProvider.System.GetTimestamp();
        var transferring = transfer();
        while (!transferring.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            doorMost = Math.Max(doorMost, ProcessFigures.ResidentMegabytes(door));
            workerMost = Math.Max(workerMost, ProcessFigures.ResidentMegabytes(worker));
        }

        await transferring;
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        report.Note($"{what}: {seconds:0.0} s, {Total / seconds / 1e6:0} MB/s; front door {doorBefore:0} -> at most {doorMost:0} MB, worker {workerBefore:0} -> at most {workerMost:0} MB");
        report.AtMost($"{what}: growth of both", doorMost - doorBefore + workerMost - workerBefore, GrowthLimit, "MB");
    }

    private static async Task UploadAsync(HttpClient client, int blocks)
    {
        using var content = new BlocksContent(blocks);
        using var response = await client.PutAsync("/sink", content);
        var counted = await response.Content.ReadAsStringAsync();
        if (counted != $"{blocks * 65536L}")
        {
            throw new InvalidOperationException($"The worker counted {counted} bytes; status {response.StatusCode}.");
        }
    }

    private static async Task DownloadAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var (buffer, total) = (new byte[65536], 0L);
        for (var count = 1; count > 0; total += count)
        {
            count = await body.ReadAsync(buffer);
        }

        if (total != Total)
        {
            throw new InvalidOperationException($"{total} bytes came; status {response.StatusCode}.");
        }
    }

    private sealed class BlocksContent(int blocks) : HttpContent
    {
        private static readonly byte[] Block = new byte[65536];

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var block = 0; block < blocks; block++)
            {
                await stream.WriteAsync(Block);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = blocks * (long)Block.Length;
            return true;
        }
    }
}
