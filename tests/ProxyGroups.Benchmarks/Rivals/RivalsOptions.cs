namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>What the command line asks for.</summary>
/// <param name="Rounds">Rounds per workload and server.</param>
/// <param name="Round">Length of one.</param>
/// <param name="Workloads">In the order in which they run.</param>
/// <param name="Rivals">We first.</param>
/// <param name="Page">File to write; null: none.</param>
internal sealed record RivalsOptions(int Rounds, TimeSpan Round, IReadOnlyList<Workload> Workloads, IReadOnlyList<IRival> Rivals, string? Page)
{
    /// <summary>Quick: under 3 minutes, three workloads and the four rivals that have targets. Full: an hour and a half. Neither: 35 minutes.</summary>
    public const string Usage = "[--quick | --full] [--rounds N] [--only workload|rival,...] [--page FILE]";

    private static readonly IRival[] Quick = [ProxyGroupsServer.Ready, new ModWsgi(), new Passenger(), new Gunicorn(), new Uwsgi()];
    private static readonly IRival[] All = [.. Quick, ProxyGroupsServer.Pool, .. OtherFront.All];

    /// <summary>For a server that has just been started: code that is compiled while it runs takes seconds until it is fast.</summary>
    public TimeSpan WarmUp => Round * 5;

    /// <exception cref="ArgumentException">Something is not known.</exception>
    public static RivalsOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RivalsOptions(5, TimeSpan.FromSeconds(2), Workload.All, All, null);
        for (var index = 0; index < arguments.Count; index++)
        {
            options = arguments[index] switch
            {
                "--quick" => options with
                {
                    Rounds = 3,
                    Round = TimeSpan.FromSeconds(1),
                    Workloads = options.Workloads == Workload.All ? [.. Workload.All.Where(static workload => workload.HasLatency)] : options.Workloads,
                    Rivals = options.Rivals == All ? Quick : options.Rivals,
                },
                "--full" => options with { Rounds = 11, Round = TimeSpan.FromSeconds(4) },
                "--rounds" => options with { Rounds = int.TryParse(ValueOf(arguments, ref index), out var rounds) && rounds > 0 ? rounds : throw new ArgumentException($"--rounds needs a number above 0. Usage: rivals {Usage}") },
                "--only" => options.Only(ValueOf(arguments, ref index).Split(',', StringSplitOptions.TrimEntries)),
                "--page" => options with { Page = ValueOf(arguments, ref index) },
                var other => throw new ArgumentException($"{other} is not known. Usage: rivals {Usage}"),
            };
        }

        return options;
    }

    private static string ValueOf(IReadOnlyList<string> arguments, ref int index) =>
        ++index < arguments.Count ? arguments[index] : throw new ArgumentException($"{arguments[index - 1]} needs a value. Usage: rivals {Usage}");

    private RivalsOptions Only(string[] names)
    {
        var workloads = Workload.All.Where(workload => names.Contains(workload.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var rivals = All.Where(rival => names.Contains(rival.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (workloads.Count + rivals.Count < names.Length)
        {
            throw new ArgumentException(
                $"--only knows the workloads {string.Join(", ", Workload.All.Select(static workload => workload.Name))} and the rivals {string.Join(", ", All.Skip(1).Select(static rival => rival.Name))}.");
        }

        return this with
        {
            Workloads = workloads.Count > 0 ? workloads : Workloads,
            Rivals = rivals.Count > 0 ? [All[0], .. rivals.Where(static rival => rival != All[0])] : Rivals,
        };
    }
}
