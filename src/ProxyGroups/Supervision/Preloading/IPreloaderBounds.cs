namespace ProxyGroups.Supervision;

/// <summary>What bounds preloaders as it bounds workers.</summary>
internal interface IPreloaderBounds
{
    /// <summary>Waits for a place to boot, for one that no worker waits for: else it boots in that one's place. Dispose of it when the boot has ended.</summary>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    Task<IDisposable> ClaimBootAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Counts what a preloader uses until the result is disposed of.</summary>
    /// <param name="imported">Completes when it has imported all: it has its size then.</param>
    IDisposable Count(string owner, int id, int pid, Task imported);

    /// <summary>Counts what a trial may use at most: a part of what is free below all that bounds the workers of its application group.</summary>
    TrialRoom Reserve(string owner, int id);
}
