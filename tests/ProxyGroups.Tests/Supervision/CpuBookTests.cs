using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Tests.Supervision;

public sealed class CpuBookTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(double At, double Cpu)> _readings = [];

    [Fact]
    public void The_share_is_that_of_the_time_between_two_looks()
    {
        var book = Book((100, 50), (102, 51), (104, 54));
        Assert.Equal(new CpuUse(TimeSpan.FromSeconds(50), 0.5), book.Look()(7));
        Pass(2);
        Assert.Equal(new CpuUse(TimeSpan.FromSeconds(51), 0.5), book.Look()(7));
        Pass(0.9);
        Assert.Equal(51, book.Look()(7)!.Value.Time.TotalSeconds);
        Pass(1.1);
        Assert.Equal(new CpuUse(TimeSpan.FromSeconds(54), 1.5), book.Look()(7));
        Assert.Null(book.Look()(8));
    }

    [Fact]
    public void A_look_of_long_ago_says_nothing_about_now()
    {
        var book = Book((100, 50), (1000, 250));
        book.Look();
        Pass(900);
        Assert.Equal(0.25, book.Look()(7)!.Value.Share);
    }

    [Fact]
    public void A_worker_is_counted_with_its_session()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var self = ProcessStat.Read(Environment.ProcessId)!.Value;
        var read = CpuReading.Take().Of(self.Session, null);
        Assert.True(read is null || read.Value.Time >= self.Cpu, "the session has used less than one of its processes");
    }

    // A worker that began with the machine.
    private CpuBook Book(params (double At, double Cpu)[] readings)
    {
        _readings.AddRange(readings);
        return new CpuBook(Next, _time);
    }

    private CpuReading Next()
    {
        var (at, cpu) = _readings[0];
        _readings.RemoveAt(0);
        return new CpuReading(TimeSpan.FromSeconds(at), new Dictionary<int, (TimeSpan, TimeSpan)> { [7] = (TimeSpan.FromSeconds(cpu), TimeSpan.Zero) });
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
