using System.Text.RegularExpressions;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>
/// All that an operator does to a group on a working day, under load: no request of any method fails, is lost or reaches a worker twice.
/// Then workers die: only what cannot be saved is lost, and nothing unsafe is sent twice.
/// </summary>
internal static partial class Deploy
{
    private const double PerSecond = 200;
    private const int Recycles = 20;
    private const string Nothing = "nothing";

    public static async Task RunAsync(Report report)
    {
        await using var site = await DeploySite.StartAsync();
        using var clients = new Clients(site.Door.EndPoint);
        var start = TimeProvider.System.GetTimestamp();
        var steps = new List<Step>();
        var kills = (int)report.Duration(12).TotalSeconds;
        var day = LiveAsync(site, steps, start, kills);
        var samples = await OpenLoop.RunUntilAsync(PerSecond, day, number => clients.SendAsync(NumberedRequests.Create(number)));
        report.Exactly("workers killed", await day, kills);
        await site.Door.WaitUntilAsync(static state => state.IsIdle, TimeSpan.FromSeconds(10));
        report.AtLeast("workers recycled", site.Recycled, Recycles, string.Empty);
        report.AtLeast("log files", site.LogFiles, 5, string.Empty);
        WriteWaits(report, steps, samples);
        WriteLosses(report, samples, site.ReadMeetings(), steps[^1].From);
        WriteLog(report, samples, site.ReadLog());
        report.Exactly("slots busy afterwards", (await site.Door.StateAsync()).BusySlots, 0);
    }

    private static async Task<int> LiveAsync(DeploySite site, List<Step> steps, long start, int kills)
    {
        var killed = 0;
        await StepAsync("first requests", Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System));
        await StepAsync(Nothing, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System));
        await StepAsync("rolling restart", site.RestartAsync());
        await StepAsync("recycling", site.RecycleAsync(Recycles));
        await StepAsync("SIGHUP, other threads", site.ReloadAsync());
        await StepAsync("log rotation", site.RotateAsync(TimeSpan.FromSeconds(5)));
        await StepAsync("kill -9", KillAsync());
        return killed;

        async Task KillAsync() => killed = await site.KillAsync(kills);

        async Task StepAsync(string name, Task deed)
        {
            var from = TimeProvider.System.GetElapsedTime(start);
            await deed;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            steps.Add(new Step(name, from, TimeProvider.System.GetElapsedTime(start)));
        }
    }

    private static void WriteWaits(Report report, List<Step> steps, IReadOnlyList<Sample> samples)
    {
        var usual = Percentile.Median(Waits(steps.Find(static step => step.Name == Nothing)!));
        report.Note($"{samples.Count} requests; while nothing happens half of them take {usual:0.0} ms since sent");
        foreach (var step in steps)
        {
            report.Note($"{step.Name}: {(step.To - step.From).TotalSeconds:0.0} s, extra wait p99 {Percentile.Of(Waits(step), 0.99) - usual:0} ms, longest {Percentile.Of(Waits(step), 1) - usual:0} ms");
        }

        double[] Waits(Step step) => [.. samples.Where(sample => sample.Due >= step.From && sample.Due < step.To).Select(static sample => sample.SinceSent.TotalMilliseconds)];
    }

    private static void WriteLosses(Report report, IReadOnlyList<Sample> samples, IReadOnlyDictionary<int, int> meetings, TimeSpan firstKill)
    {
        var all = samples.Select((sample, number) => (sample.Answer, Number: number, IsBefore: sample.Ended < firstKill, Met: meetings.GetValueOrDefault(number))).ToArray();
        var (before, dying) = (all.Where(static one => one.IsBefore).ToArray(), all.Where(static one => !one.IsBefore).ToArray());
        report.Exactly("failed before the kills, of any method", before.Count(static one => !one.Answer.IsGood), 0);
        report.Exactly("not met exactly once before the kills", before.Count(static one => one.Met != 1), 0);
        report.Exactly("answered and met by no worker", all.Count(static one => one.Answer.IsGood && one.Met == 0), 0);
        report.Exactly("GETs failed without a first byte during the kills", dying.Count(static one => NumberedRequests.IsSafe(one.Number) && one.Answer is not ({ Status: 200 } or { Status: 0, HasBegun: true })), 0);
        report.Exactly("POSTs, PUTs, DELETEs that met two workers", all.Count(static one => !NumberedRequests.IsSafe(one.Number) && one.Met > 1), 0);
        report.Note($"during the kills: {dying.Length} requests; of the unsafe ones {dying.Count(static one => !NumberedRequests.IsSafe(one.Number) && !one.Answer.IsGood)} failed with their worker, GETs that met two {dying.Count(static one => one.Met > 1)}");
    }

    private static void WriteLog(Report report, IReadOnlyList<Sample> samples, IReadOnlyList<string> log)
    {
        var numbers = log.Select(static line => AppLine().Match(line)).Where(static match => match.Success).Select(static match => match.Groups[1].Value).ToHashSet();
        report.Note($"{log.Count} lines in the log, {numbers.Count} of the app's requests");
        report.Exactly("answered and not in the log", samples.Where((sample, number) => sample.Answer.IsGood && !numbers.Contains($"{number}")).Count(), 0);
        report.Exactly("lines torn", log.Count(static line => !AppLine().IsMatch(line) && !OtherLine().IsMatch(line)), 0);
    }

    [GeneratedRegex(@"^\{""method"":""[A-Z]+"",""id"":(\d+),""padding"":""p{500}""\}$")]
    private static partial Regex AppLine();

    // Of the Python worker itself.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+Z app/\d generation \d+ pid \d+ std(out|err): [^p{]*")]
    private static partial Regex OtherLine();

    private sealed record Step(string Name, TimeSpan From, TimeSpan To);
}
