using System.Diagnostics.CodeAnalysis;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>One admission: reads the result once, as soon as it is there.</summary>
internal sealed class Ticket(ValueTask<AdmissionResult> pending, CancellationTokenSource? client = null) : IDisposable
{
    private ValueTask<AdmissionResult> _pending = pending;
    private AdmissionResult? _result;

    public bool IsWaiting => Read() is null;

    public AdmissionResult Result => Read() ?? throw new InvalidOperationException("still waiting");

    public AdmissionOutcome Outcome => Result.Outcome;

    public SlotLease Lease => Result.IsGranted ? Result.Lease : throw new InvalidOperationException($"{Outcome}");

    public void HangUp() => client!.Cancel();

    public void Dispose() => client?.Dispose();

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Read only once it is completed.")]
    private AdmissionResult? Read()
    {
        if (_result is null && _pending.IsCompleted)
        {
            _result = _pending.GetAwaiter().GetResult();
            _pending = default;
        }

        return _result;
    }
}
