namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>A way to serve a Python app, set up as its own manual advises for this shape.</summary>
internal interface IRival
{
    /// <summary>For <c>--only</c>, targets and plots.</summary>
    string Name { get; }

    /// <summary>What runs, with its shape, for the page.</summary>
    string Describe();

    /// <summary>Debian packages that it consists of.</summary>
    IReadOnlyList<string> Packages { get; }

    /// <summary>Starts it; it answers when this returns.</summary>
    Task<RunningServer> StartAsync(WebApp app);
}
