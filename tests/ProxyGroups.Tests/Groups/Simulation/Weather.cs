namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>How often things go wrong in a group: chances from 0 to 1.</summary>
internal sealed record Weather
{
    public static readonly Weather Fair = new();

    /// <summary>Starts for which the machine has no process left (EAGAIN, ENOMEM).</summary>
    public double NoProcess { get; init; }

    /// <summary>Starts that end before they are ready.</summary>
    public double DiesInBoot { get; init; }

    /// <summary>Starts that take long, some of them too long.</summary>
    public double Slow { get; init; }

    /// <summary>Starts that are never ready.</summary>
    public double HangsInBoot { get; init; }

    /// <summary>Workers that end as soon as they are ready.</summary>
    public double DiesAtOnce { get; init; }

    /// <summary>Workers that end some time after they were ready, half of them because memory ran out.</summary>
    public double Dies { get; init; }

    /// <summary>Workers that stand still some time after they were ready: no answer, no sign of life.</summary>
    public double Hangs { get; init; }

    /// <summary>Workers that close their listener some time after they were ready, and live on.</summary>
    public double FallsDeaf { get; init; }

    public double IgnoresStop { get; init; }

    /// <summary>Workers that the kernel cannot end for a while.</summary>
    public double Lingers { get; init; }

    /// <summary>Requests that never end.</summary>
    public double RequestHangs { get; init; }

    /// <summary>Requests whose connection breaks although the worker lives.</summary>
    public double RequestBreaks { get; init; }

    public double PreparationFails { get; init; }

    /// <summary>Workers that are to be recycled beside whom no other one fits.</summary>
    public double NoRoom { get; init; }

    /// <summary>Some kinds of fault, each seldom or often.</summary>
    public static Weather Draw(Random random)
    {
        double Chance() => random.Next(3) == 0 ? random.NextDouble() * random.NextDouble() : 0;
        return new Weather
        {
            NoProcess = Chance(),
            DiesInBoot = Chance(),
            Slow = Chance(),
            HangsInBoot = Chance() / 2,
            DiesAtOnce = Chance(),
            Dies = Chance(),
            Hangs = Chance() / 2,
            IgnoresStop = Chance(),
            Lingers = Chance() / 2,
            RequestHangs = Chance() / 10,
            RequestBreaks = Chance() / 10,
            PreparationFails = Chance(),
            NoRoom = Chance(),
            FallsDeaf = Chance(),
        };
    }
}
