namespace ProxyGroups.Supervision;

/// <summary>One preloader at one moment.</summary>
/// <param name="Owner">See <see cref="PreloadSpec.Owner"/>.</param>
/// <param name="User">Name of the user that it runs as; null: the front door's own.</param>
/// <param name="State">Starting: it imports. Ready: it forks. Draining: it forks no more, and ends with its last worker. Stopping: it must not be forked.</param>
/// <param name="Imports">What it shares.</param>
internal sealed record PreloaderView(string Owner, string? User, int Pid, WorkerState State, int Generation, TimeSpan Uptime, IReadOnlyList<string> Imports);
