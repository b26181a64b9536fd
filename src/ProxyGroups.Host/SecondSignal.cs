using System.Runtime.InteropServices;

namespace ProxyGroups.Host;

/// <summary>The first SIGTERM or Ctrl+C stops gracefully (the host's own handler); a second one ends at once, and the workers with us.</summary>
internal sealed class SecondSignal : IDisposable
{
    private const int ForcedExitCode = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    public SecondSignal()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    /// <summary>The first one has come: a start that is still under way is given up.</summary>
    public CancellationToken StopAsked => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            Tell("Stopping: running requests finish first. Once more ends at once.");
            _stop.Cancel();
        }
        else
        {
            // Process end closes every worker's lifeline, which kills its whole process group.
            Environment.Exit(ForcedExitCode);
        }
    }

    private static void Tell(string text)
    {
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (IOException)
        {
            // The terminal is gone, and nobody reads this; thrown here it would end the process, and the requests with it.
        }
    }
}
