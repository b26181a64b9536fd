using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class FloodBrakeTests
{
    private const int LineCost = 101;

    private readonly FakeTimeProvider _time = new();
    private readonly FloodBrake _brake;

    public FloodBrakeTests() => _brake = new(_time);

    [Fact]
    public void What_drops_a_little_is_never_held_up()
    {
        for (var interval = 0; interval < 10; interval++)
        {
            Drop(FloodBrake.Allowance / LineCost);
            Assert.True(Hold().IsCompletedSuccessfully);
            _time.Advance(FloodBrake.Interval);
        }
    }

    [Fact]
    public async Task A_flood_waits_for_the_next_interval_and_then_goes_on()
    {
        _time.Advance(FloodBrake.Interval / 4);
        Drop((FloodBrake.Allowance / LineCost) + 1);
        var held = Hold();
        _time.Advance(FloodBrake.Interval / 2);
        Assert.False(held.IsCompleted);
        _time.Advance(FloodBrake.Interval / 4);
        await held;
        Assert.True(Hold().IsCompletedSuccessfully);
    }

    private Task Hold() => _brake.HoldAsync(TestContext.Current.CancellationToken);

    private void Drop(int lines)
    {
        for (var line = 0; line < lines; line++)
        {
            _brake.CountLine("x");
        }
    }
}
