using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ProxyGroups.Tests.Configuration;

/// <summary>Fake time that tells when a timer was started: the moment from which advancing the clock has an effect.</summary>
internal sealed class SignallingTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();

    public ChannelReader<TimeSpan> Started => _started.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new SignallingTimer(base.CreateTimer(callback, state, dueTime, period), _started.Writer);

    private sealed class SignallingTimer(ITimer inner, ChannelWriter<TimeSpan> started) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            started.TryWrite(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
