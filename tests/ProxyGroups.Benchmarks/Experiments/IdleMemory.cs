using System.Net.Http.Json;
using System.Text.Json;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What the example server costs while nobody asks it anything.</summary>
internal static class IdleMemory
{
    private const int ExampleWorkers = 8;

    /// <summary>A front door that has been quiet for two looks of its own, 15 s apart, has given back what it had taken.</summary>
    private static readonly TimeSpan UntilIdle = TimeSpan.FromSeconds(35);

    private static readonly string[] Paths = ["/", "/mandelbrot/", "/weather/", "/guestbook/", "/clock/", "/notes/", "/upload/"];

    public static async Task RunAsync(Report report)
    {
        await MeasureExampleServerAsync(report);
        await MeasureWorkerAsync(report);
    }

    private static async Task MeasureExampleServerAsync(Report report)
    {
        await using var door = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], FrontDoorProcess.Root);
        await door.WaitForReadyAsync(ExampleWorkers);
        await Task.Delay(UntilIdle, TimeProvider.System);
        report.AtMost("front door with the example server's settings, after start", ProcessFigures.ResidentMegabytes(door.Pid), 110, "MB");
        foreach (var path in Paths)
        {
            using var answer = await door.Client.GetAsync(path);
            answer.EnsureSuccessStatusCode();
        }

        await Task.Delay(UntilIdle, TimeProvider.System);
        report.AtMost("and after one request to each app", ProcessFigures.ResidentMegabytes(door.Pid), 110, "MB");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await door.Client.SendAsync(request);
        foreach (var group in (await response.Content.ReadFromJsonAsync<GroupState[]>(JsonSerializerOptions.Web))!)
        {
            report.Note($"workers of {group.Name}: {string.Join(", ", group.Workers.Select(static worker => $"{ProcessFigures.ResidentMegabytes(worker.Pid):0.0} MB"))}");
        }
    }

    private static async Task MeasureWorkerAsync(Report report)
    {
        await using var door = await BenchFrontDoor.StartAsync(new { Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "hello:application" }, workers: 1);
        var worker = (await door.StateAsync()).Workers[0].Pid;
        report.AtMost("Python worker with 4 threads, idle", ProcessFigures.ResidentMegabytes(worker), 15, "MB");
        for (var request = 0; request < 25; request++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => door.Client.GetStringAsync("/")));
        }

        report.AtMost("and after 100 requests", ProcessFigures.ResidentMegabytes(worker), 15, "MB");
    }
}
