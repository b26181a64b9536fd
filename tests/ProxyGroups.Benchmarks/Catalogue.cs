using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Experiments;
using ProxyGroups.Benchmarks.Rivals;

namespace ProxyGroups.Benchmarks;

/// <summary>All experiments by name. Each prints its figures and ends with 0 when every target is met, else with 1.</summary>
internal static class Catalogue
{
    private static readonly Experiment[] All =
    [
        new("kill", "500 GET/s while workers are killed: nothing is lost that had not begun to arrive", Kill.RunAsync),
        new("overload", "twice the capacity: useful answers, quick refusals, soon back to normal", Overload.RunAsync),
        new("overload-rivals", "the same overload, with mod_wsgi's and Passenger's defaults beside us", OverloadBeside.RunAsync),
        new("slow-clients", "200 slow senders and 200 slow readers beside normal clients", SlowClients.RunAsync),
        new("hangup", "10,000 queued clients hang up at once", HangUp.RunAsync),
        new("queue", "MaxWait is exact while all slots are held", QueueWait.RunAsync),
        new("recycle", "200 requests/s of all kinds while 20 workers are recycled one after the other: none fails", Recycle.RunAsync),
        new("deploy", "200 requests/s while the group is restarted, recycled, reloaded, its log rotated, its workers killed: none is lost or met twice", Deploy.RunAsync),
        new("stop", "a stop waits for a request of 20 s, and ends workers that ignore it in time", Stop.RunAsync),
        new("chatty", "200 requests/s beside a group that writes all it can: they do not notice, and the disk stays bounded", Chatty.RunAsync),
        new("leak", "200 requests/s to an app that leaks: its workers stay near their limit, and no request fails", Leak.RunAsync),
        new("transfer", "1 GiB up and down in constant memory", Transfer.RunAsync),
        new("memory", "resident memory of the idle front door and of an idle Python worker", IdleMemory.RunAsync),
        new("preload-curve", "memory of workers that share, against plain ones, after 0 to 1,000 requests to each, with --long 10,000 (--only CASE, --plot FILE.svg)", PreloadCurve.RunAsync),
        new("preload-erosion", "what was tried so that workers write to less of what they share", PreloadErosion.RunAsync),
        new("preload-start", "how soon a worker is ready that is forked, against a plain one, and one of an app that is slow to import", PreloadStart.RunAsync),
        new("on-demand", "200 apps of which none runs until it is asked for", OnDemand.RunAsync),
        new("observed", "the ready server with scraped metrics, an access log and an open live page against the same without", Observed.RunAsync),
        new("status", "how soon the status of 200 groups with 800 workers is answered", Status.RunAsync),
        new("waits", "waits in the queue against those in a perfect one, at loads up to 0.9", QueueTheory.RunAsync),
        new("tails", "latency at load 0.85 of short and long requests mixed, against HAProxy and nginx before the same workers", Tails.RunAsync),
        new("picks", "short and even latency by choosing the least busy process, against mod_wsgi and against a model", Picks.RunAsync),
        new("scale", "1 to 1,000 groups and 1 to 64 workers: what each costs, and that requests do not notice", Scale.RunAsync),
        new("forward", "throughput before static workers, against bare YARP, Caddy, nginx and HAProxy", Forwarding.RunAsync),
        new("yarp", "throughput against bare YARP's forwarder on the same Unix sockets", AgainstYarp.RunAsync),
        new("mod_wsgi", "hello WSGI on 2 x 4 against Apache mod_wsgi in daemon mode", AgainstModWsgi.RunAsync),
    ];

    public static void List(TextWriter output)
    {
        foreach (var experiment in All)
        {
            output.WriteLine($"{experiment.Name,-14}{experiment.Shows}");
        }

        output.WriteLine($"{"rivals",-14}us beside mod_wsgi, Passenger, gunicorn and uWSGI: rivals {RivalsOptions.Usage}");
        output.WriteLine($"{"scheduler",-14}cost of a lease, a hand-off, 10,000 hang-ups (BenchmarkDotNet)");
        output.WriteLine($"{"micro",-14}any BenchmarkDotNet benchmark: micro --filter '*Lease*'");
    }

    public static async Task<int> RunAsync(string name, bool isLong, string? plot, string? only)
    {
        if (Array.Find(All, experiment => experiment.Name == name) is not { } found)
        {
            await Console.Error.WriteLineAsync($"There is no experiment {name}. These are:");
            List(Console.Error);
            return 2;
        }

        var report = new Report(Console.Out, isLong, plot, only);
        Console.WriteLine($"{found.Name}: {found.Shows}");
        await found.Run(report);
        return report.HasMisses ? 1 : 0;
    }
}
