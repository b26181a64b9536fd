using System.Globalization;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>A group of four workers, what an operator does to it, and what its app wrote down.</summary>
internal sealed class DeploySite : IAsyncDisposable
{
    private const int Workers = 4;
    private const int Threads = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly BenchFrontDoor _door;

    private DeploySite(BenchFrontDoor door) => _door = door;

    public BenchFrontDoor Door => _door;

    public int Recycled => _door.Log.Count(static line => line.Contains("is recycled: ", StringComparison.Ordinal));

    public int LogFiles => Directory.GetFiles(LogFolder).Length;

    private static object NoRecycle { get; } = new { };

    private string LogFolder => Path.Combine(_door.ContentRoot, "log");

    public static async Task<DeploySite> StartAsync()
    {
        var root = ProxyGroups.EndToEndTests.Kit.FrontDoorProcess.CreateContentRoot();
        Directory.CreateDirectory(AppFolder(root));
        File.Copy(Path.Combine(BenchFrontDoor.Apps, "bench.py"), Path.Combine(AppFolder(root), "bench.py"));
        return new DeploySite(await BenchFrontDoor.StartAsync(Settings(root, Threads, NoRecycle, "1GiB"), Workers, root));
    }

    /// <summary>Rolling restart on a touched file.</summary>
    public async Task RestartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(AppFolder(_door.ContentRoot), "restart.txt"), "now");
        await SettleAsync(generation: 2);
    }

    /// <summary>Workers replaced one after the other since they have served their share.</summary>
    public async Task RecycleAsync(int times)
    {
        await ChangeAsync(Threads, new { MaxRequests = 100 });
        await _door.WaitUntilAsync(_ => Recycled >= times, Limit);
        await ChangeAsync(Threads, NoRecycle);
        await SettleAsync(generation: 2);
    }

    public async Task ReloadAsync()
    {
        await ChangeAsync(2 * Threads, NoRecycle);
        _door.Signal("HUP");
        await SettleAsync(generation: 3);
    }

    /// <summary>A new log file begins more than once a second.</summary>
    public async Task RotateAsync(TimeSpan duration)
    {
        await ChangeAsync(2 * Threads, NoRecycle, logSize: "64KiB");
        await SettleAsync(generation: 4);
        await Task.Delay(duration, TimeProvider.System);
    }

    public async Task<int> KillAsync(int times)
    {
        var killed = await Kill.KillAsync(_door, times, TimeSpan.FromSeconds(times + 1));
        await SettleAsync(generation: 4);
        return killed;
    }

    /// <summary>How often the app has met each request.</summary>
    public IReadOnlyDictionary<int, int> ReadMeetings() =>
        File.ReadLines(RecordFile(_door.ContentRoot)).CountBy(static line => int.Parse(line, CultureInfo.InvariantCulture)).ToDictionary();

    /// <summary>Every line of every log file.</summary>
    public IReadOnlyList<string> ReadLog() => [.. Directory.GetFiles(LogFolder).SelectMany(File.ReadAllLines)];

    public ValueTask DisposeAsync() => _door.DisposeAsync();

    private Task<TimeSpan> SettleAsync(int generation) => _door.WaitUntilAsync(state => state.Generation == generation && state.IsSettled(Workers), Limit);

    private Task ChangeAsync(int threads, object recycle, string logSize = "1GiB") => _door.ChangeAsync(Settings(_door.ContentRoot, threads, recycle, logSize));

    private static string RecordFile(string root) => Path.Combine(root, "records");

    private static string AppFolder(string root) => Path.Combine(root, "app");

    private static object Settings(string root, int threads, object recycle, string logSize) => new
    {
        Directory = "app",
        Wsgi = "bench:application",
        Processes = Workers,
        Threads = threads,
        Environment = new Dictionary<string, string> { ["RECORD_FILE"] = RecordFile(root) },
        Recycle = recycle,
        Restart = new { Watch = "restart.txt", Debounce = "100ms" },
        Log = new { File = "log/app.log", MaxSize = logSize, Keep = 1000 },
    };
}
